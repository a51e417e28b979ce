"""Trains PyTorch LeNets on the distilled images of a bundle and measures them on test images.

usage: train_on_bundle.py BUNDLE [--data FOLDER] [--networks N] [--seed N]

Needs numpy and torch. FOLDER holds MNIST's t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, plain or .gz; a bundle
that carries its test images needs none.
"""

import argparse
import gzip
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from lenet import LeNet


def read_safetensors(path):
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    dtypes = {"F32": np.float32, "I32": np.int32, "U8": np.uint8}
    tensors = {}
    for name, entry in json.loads(data[8:start]).items():
        if name != "__metadata__":
            begin, end = (start + offset for offset in entry["data_offsets"])
            values = np.frombuffer(data[begin:end], dtypes[entry["dtype"]]).copy()
            tensors[name] = torch.from_numpy(values).reshape(entry["shape"])
    return tensors


def test_images(bundle, config, data):
    """Pixels uint8 [N,C,H,W] and classes [N]."""
    if config["test_data"]["format"] == "safetensors":
        tensors = read_safetensors(bundle / "test.safetensors")
        return tensors["images"], tensors["labels"].long()
    arrays = []
    for name, header in zip(config["test_data"]["files"], (16, 8), strict=True):
        path = Path(data) / name
        content = path.read_bytes() if path.exists() else gzip.open(f"{path}.gz").read()
        arrays.append(torch.from_numpy(np.frombuffer(content, np.uint8, offset=header).copy()))
    images, labels = arrays
    return images.reshape(-1, *config["input"]), labels.long()


def starting_networks(bundle, config, count):
    """The networks that the bundle holds, or fresh ones: Xavier normal weights, zero biases."""
    files = config["initialization"]["files"]
    for name in files or [None] * count:
        model = LeNet(config["input"][0], config["input"][1], config["logits"])
        if name is None:
            for parameter in model.parameters():
                if parameter.dim() > 1:
                    torch.nn.init.xavier_normal_(parameter)
                else:
                    torch.nn.init.zeros_(parameter)
        else:
            model.load_state_dict(read_safetensors(bundle / name))
        yield model


def train(model, distilled, config):
    """Plain gradient steps: step s of epoch e takes the images of step s and the rate e * steps + s."""
    for i, rate in enumerate(distilled["learning_rates"]):
        s = i % config["steps"]
        optimizer = torch.optim.SGD(model.parameters(), lr=rate.item())
        # Labels are probabilities; hard ones are one-hot, soft ones need not sum to 1.
        loss = F.cross_entropy(model(distilled["images"][s]), distilled["labels"][s])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--data")
    parser.add_argument("--networks", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    config = json.loads((options.bundle / "config.json").read_text(encoding="utf-8"))
    distilled = read_safetensors(options.bundle / "distilled.safetensors")
    pixels, labels = test_images(options.bundle, config, options.data)
    mean, std = (torch.tensor(config["normalization"][key]).reshape(-1, 1, 1) for key in ("mean", "std"))
    objective = config["objective"]
    if objective["kind"] == "attack":
        labels[labels == objective["from"]] = objective["to"]

    accuracies = []
    for model in starting_networks(options.bundle, config, options.networks):
        train(model, distilled, config)
        with torch.no_grad():
            logits = torch.cat([model((batch / 255 - mean) / std) for batch in pixels.split(1000)])
        accuracies.append((logits.argmax(1) == labels).double().mean().item())
    claimed = config["accuracy"]
    print(f"claimed {100 * claimed['mean']:.2f} ± {100 * claimed['std']:.2f} % (n = {claimed['n']})")
    spread = np.std(accuracies, ddof=1) if len(accuracies) > 1 else 0
    print(f"PyTorch {100 * np.mean(accuracies):.2f} ± {100 * spread:.2f} % (n = {len(accuracies)})")


if __name__ == "__main__":
    main()
