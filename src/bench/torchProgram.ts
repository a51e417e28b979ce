/**
 * The peer in PyTorch: reads requests from stdin, computes the same meta-gradient by autograd through the unrolled
 * descent (or trains and tests the same networks, or trains networks on real images), and answers on stdout. Labels are class indices, PyTorch's faster
 * form of the same loss.
 */
export const torchProgram = `
import json
import os
import struct
import sys
import time

import torch
from torch.nn import functional as F

# On a card, float32 as it is: by default convolutions round their factors to 10 bits.
torch.backends.cudnn.allow_tf32 = False
torch.backends.cuda.matmul.allow_tf32 = False


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


def lenet(p, x):
    x = F.max_pool2d(F.relu(F.conv2d(x, p["conv1.weight"], p["conv1.bias"], padding=2)), 2)
    x = F.max_pool2d(F.relu(F.conv2d(x, p["conv2.weight"], p["conv2.bias"])), 2)
    x = F.relu(F.linear(x.flatten(1), p["fc1.weight"], p["fc1.bias"]))
    x = F.relu(F.linear(x, p["fc2.weight"], p["fc2.bias"]))
    return F.linear(x, p["fc3.weight"], p["fc3.bias"])


def layers(p, prefix, x, operator, indices, **options):
    for i in indices:
        x = F.relu(operator(x, p[f"{prefix}.{i}.weight"], p[f"{prefix}.{i}.bias"], **options))
    return x


def alexcifarnet(p, x):
    def normalize(x):
        return F.local_response_norm(x, 4, 0.001 / 9, 0.75, 1.0)

    x = layers(p, "features", x, F.conv2d, [0], padding=2)
    x = normalize(F.max_pool2d(x, 3, 2, 1))
    x = layers(p, "features", x, F.conv2d, [4], padding=2)
    x = F.max_pool2d(normalize(x), 3, 2, 1)
    x = layers(p, "classifier", x.flatten(1), F.linear, [0, 2])
    return F.linear(x, p["classifier.4.weight"], p["classifier.4.bias"])


def alexnet(p, x):
    x = F.max_pool2d(layers(p, "features", x, F.conv2d, [0], stride=4, padding=2), 3, 2)
    x = F.max_pool2d(layers(p, "features", x, F.conv2d, [3], padding=2), 3, 2)
    x = F.max_pool2d(layers(p, "features", x, F.conv2d, [6, 8, 10], padding=1), 3, 2)
    x = layers(p, "classifier", x.flatten(1), F.linear, [1, 4])
    return F.linear(x, p["classifier.6.weight"], p["classifier.6.bias"])


class Work:
    def __init__(self, setup, tensors):
        self.network = {"lenet": lenet, "alexcifarnet": alexcifarnet, "alexnet": alexnet}[setup["network"]]
        self.names = setup["parameters"]
        self.initial = [tensors[name].requires_grad_() for name in self.names]
        self.real_images = tensors["real_images"]
        self.real_labels = tensors["real_labels"].argmax(1)
        self.networks = setup["networks"]

    def forward(self, theta, x):
        return self.network(dict(zip(self.names, theta)), x)


class Training(Work):
    def __init__(self, setup, tensors):
        super().__init__(setup, tensors)
        self.batch, self.rate = setup["batch"], setup["learningRate"]

    def compute(self):
        for _ in range(self.networks):
            theta = [w.detach().clone().requires_grad_() for w in self.initial]
            optimizer = torch.optim.Adam(theta, self.rate, betas=(0.5, 0.999))
            losses = []
            for images, labels in zip(self.real_images.split(self.batch), self.real_labels.split(self.batch)):
                optimizer.zero_grad()
                loss = F.cross_entropy(self.forward(theta, images), labels)
                loss.backward()
                optimizer.step()
                losses.append(loss.detach())
        return torch.stack(losses)


class Descent(Work):
    def __init__(self, setup, tensors):
        super().__init__(setup, tensors)
        self.images = tensors["distilled_images"]
        self.labels = tensors["distilled_labels"].argmax(2)
        self.rates = tensors["learning_rates"]
        self.steps, self.total = setup["steps"], setup["steps"] * setup["comparedEpochs"]

    def descend(self, images, rates, keep_graph):
        theta = self.initial
        for t in range(self.total):
            s = t % self.steps
            loss = F.cross_entropy(self.forward(theta, images[s]), self.labels[s])
            gradients = torch.autograd.grad(loss, theta, create_graph=keep_graph)
            theta = [w - rates[t] * g for w, g in zip(theta, gradients)]
            if not keep_graph:
                theta = [w.detach().requires_grad_() for w in theta]
        return theta


class MetaGradient(Descent):
    def compute(self):
        images, rates = self.images.requires_grad_(), self.rates.requires_grad_()
        theta = self.descend(images.unbind(), rates.unbind(), True)
        loss = F.cross_entropy(self.forward(theta, self.real_images), self.real_labels)
        return torch.autograd.grad(loss, [images, rates])[0]


class Evaluation(Descent):
    BATCH = 1000

    def compute(self):
        for _ in range(self.networks):
            theta = self.descend(self.images, self.rates, False)
            with torch.no_grad():
                for images, labels in zip(self.real_images.split(self.BATCH), self.real_labels.split(self.BATCH)):
                    (self.forward(theta, images).argmax(1) == labels).sum().item()
        return torch.cat([w.detach().flatten() for w in theta])


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
    tensors = {name: tensor.to(setup["device"]) for name, tensor in tensors.items()}
    works = {"meta-gradient": MetaGradient, "evaluation": Evaluation, "training": Training}
    case = works[setup["work"]](setup, tensors)
    result = case.compute()
    with open(os.path.join(setup["folder"], "peer.f32"), "wb") as file:
        file.write(struct.pack(f"<{result.numel()}f", *result.flatten().tolist()))
    case.total = setup["steps"] * setup["epochs"]
    return case


def run(case, iterations):
    milliseconds = []
    for _ in range(iterations):
        start = time.perf_counter()
        case.compute()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
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
