/**
 * The peer in PyTorch: reads requests from stdin, computes the same meta-gradient by autograd through the unrolled
 * descent, and answers on stdout. Labels are class indices, PyTorch's faster form of the same loss.
 */
export const torchProgram = `
import json
import os
import struct
import sys
import time

import torch
from torch.nn import functional as F


def read_safetensors(path):
    with open(path, "rb") as file:
        data = bytearray(file.read())
    start = 8 + struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for name, entry in json.loads(data[8:start]).items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            flat = torch.frombuffer(data, dtype=torch.float32, count=(end - begin) // 4, offset=start + begin)
            tensors[name] = flat.reshape(entry["shape"]).clone()
    return tensors


NAMES = [f"{layer}.{kind}" for layer in ("conv1", "conv2", "fc1", "fc2", "fc3") for kind in ("weight", "bias")]


def lenet(theta, x):
    w1, b1, w2, b2, w3, b3, w4, b4, w5, b5 = theta
    x = F.max_pool2d(F.relu(F.conv2d(x, w1, b1, padding=2)), 2)
    x = F.max_pool2d(F.relu(F.conv2d(x, w2, b2)), 2)
    x = F.relu(F.linear(x.flatten(1), w3, b3))
    return F.linear(F.relu(F.linear(x, w4, b4)), w5, b5)


class MetaGradient:
    def __init__(self, tensors, steps, epochs):
        self.initial = [tensors[name].requires_grad_() for name in NAMES]
        self.images = tensors["distilled_images"].requires_grad_()
        self.labels = tensors["distilled_labels"].argmax(2)
        self.rates = tensors["learning_rates"].requires_grad_()
        self.real_images = tensors["real_images"]
        self.real_labels = tensors["real_labels"].argmax(1)
        self.steps, self.epochs = steps, epochs

    def compute(self):
        theta, images, rates = self.initial, self.images.unbind(), self.rates.unbind()
        for t in range(self.steps * self.epochs):
            s = t % self.steps
            loss = F.cross_entropy(lenet(theta, images[s]), self.labels[s])
            gradients = torch.autograd.grad(loss, theta, create_graph=True)
            theta = [w - rates[t] * g for w, g in zip(theta, gradients)]
        loss = F.cross_entropy(lenet(theta, self.real_images), self.real_labels)
        return torch.autograd.grad(loss, [self.images, self.rates])


def peak_memory():
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def prepare(setup):
    torch.set_num_threads(setup["threads"])
    tensors = read_safetensors(os.path.join(setup["folder"], "inputs.safetensors"))
    case = MetaGradient(tensors, setup["steps"], setup["epochs"])
    images, _ = case.compute()
    with open(os.path.join(setup["folder"], "peer-image-gradient.f32"), "wb") as file:
        file.write(struct.pack(f"<{images.numel()}f", *images.flatten().tolist()))
    return case


def run(case, iterations):
    milliseconds = []
    for _ in range(iterations):
        start = time.perf_counter()
        case.compute()
        milliseconds.append((time.perf_counter() - start) * 1000)
    return {"milliseconds": milliseconds, "rss": peak_memory()}


case = None
for line in sys.stdin:
    request = json.loads(line)
    result = None
    if request["kind"] == "prepare":
        case = prepare(request["setup"])
    else:
        result = run(case, request["iterations"])
    print(json.dumps({"result": result}), flush=True)
`;
