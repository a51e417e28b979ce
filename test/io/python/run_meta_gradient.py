"""Runs meta_gradient.onnx on numbers made from their positions; knows nothing but the manifest.

usage: run_meta_gradient.py DIRECTORY  ->  {"output name": [numbers], ...} on stdout
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort

directory = Path(sys.argv[1])
manifest = json.loads((directory / "manifest.json").read_text())
graph = manifest["graphs"]["meta_gradient"]
scales = {"parameter": (0.2, 0.0), "learning_rates": (0.02, 0.05)}


def numbers(position, tensor):
    """Scaled pseudo-random numbers in [-1, 1): a multiplicative hash of the entry's index."""
    scale, offset = scales.get(tensor["role"], (1.0, 0.0))
    count = int(np.prod(tensor["shape"], dtype=np.int64))
    indices = np.arange(count, dtype=np.uint64) + np.uint64(1000003 * (position + 1))
    hashed = (indices * np.uint64(2654435761)) % np.uint64(2**32)
    uniform = hashed.astype(np.float64) / 2**31 - 1
    return (uniform * scale + offset).astype(np.dtype(tensor["dtype"])).reshape(tensor["shape"])


options = ort.SessionOptions()
options.intra_op_num_threads = 1
session = ort.InferenceSession(directory / graph["file"], options, providers=["CPUExecutionProvider"])
feeds = {t["name"]: numbers(i, t) for i, t in enumerate(graph["inputs"])}
names = [t["name"] for t in graph["outputs"]]
results = dict(zip(names, session.run(names, feeds)))
for t in graph["outputs"]:
    assert list(results[t["name"]].shape) == t["shape"], t["name"]
print(json.dumps({name: result.ravel().tolist() for name, result in results.items()}))
