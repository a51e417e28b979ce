"""Writes files of weights as a user of PyTorch and NumPy does, and reads those that the test wrote.

Usage: weights.py write FOLDER | weights.py read FOLDER
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import nn

action, folder = sys.argv[1], Path(sys.argv[2])


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)


def write():
    torch.manual_seed(3)
    model = LeNet()
    state = model.state_dict()
    torch.save(state, folder / "state.pth")
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.5, 0.999))
    sum(parameter.sum() for parameter in model.parameters()).backward()
    optimizer.step()
    trained = model.state_dict()
    checkpoint = {"epoch": 3, "state_dict": nn.DataParallel(model).state_dict(), "optimizer": optimizer.state_dict()}
    torch.save(checkpoint, folder / "checkpoint.pt")
    torch.save({"halves": trained["fc1.weight"].half(), "brains": trained["fc1.weight"].bfloat16(),
                "turned": trained["fc1.weight"].t(), "part": trained["fc1.weight"][3:9:2, 5:], "kept": nn.Parameter(torch.ones(2)),
                "doubles": trained["fc1.bias"].double(), "steps": torch.tensor(7), "wide": torch.ones(1).expand(3)}, folder / "kinds.pt")
    torch.save(model, folder / "module.pth")
    torch.save(state, folder / "legacy.pth", _use_new_zipfile_serialization=False)
    np.savez(folder / "state.npz", **{name: tensor.numpy() for name, tensor in trained.items()})
    np.savez_compressed(folder / "packed.npz", **{name: tensor.numpy() for name, tensor in trained.items()})
    kinds = torch.load(folder / "kinds.pt", weights_only=True)
    print(json.dumps({
        "trained": sums(trained), "fresh": sums(torch.load(folder / "state.pth", weights_only=True)), "kinds": sums(kinds)}))


def sums(tensors):
    """Shape, sum of absolute values and last number of each, in float64."""
    result = {}
    for name, tensor in tensors.items():
        numbers = np.asarray(torch.as_tensor(tensor).detach().float().contiguous().numpy(), dtype=np.float64)
        result[name] = [list(numbers.shape), float(np.abs(numbers).sum()), float(numbers.reshape(-1)[-1])]
    return result


def read():
    session = onnxruntime.InferenceSession(folder / "ours.onnx", providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    loaded = {"onnx": dict(zip(names, session.run(None, {}))), "npz": dict(np.load(folder / "ours.npz"))}
    for tensors in loaded.values():
        LeNet().load_state_dict({name: torch.from_numpy(array) for name, array in tensors.items()})
    print(json.dumps({kind: sums(tensors) for kind, tensors in loaded.items()}))


{"write": write, "read": read}[action]()
