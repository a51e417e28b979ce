"""What verify.py reads and draws, as JSON on stdout.

usage: verify_inputs.py FOLDER_OF_VERIFY_PY "images" CONFIG DATA_FOLDER
       verify_inputs.py FOLDER_OF_VERIFY_PY "draw" INITIALIZERS SHAPE
"""
import hashlib
import json
import sys

import numpy as np

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import verify

what, first, second = map(json.loads, sys.argv[2:])
if what == "images":
    images, labels = verify.test_images(first, second)
    digest = hashlib.sha256(images.tobytes()).hexdigest()
    print(json.dumps({"shape": images.shape, "sha256": digest, "labels": labels.tolist()}))
else:
    rng = np.random.default_rng(1)
    print(json.dumps([verify.draw(init, second, rng).ravel().tolist() for init in first]))
