"""Trains LeNets on MNIST in PyTorch and writes them as networks that onnx-distill starts from.

usage: pretrain_lenet.py --data FOLDER --out FOLDER [--networks N] [--epochs E] [--batch B] [--rate R] [--decay-every D]

Needs numpy and torch. Each network becomes network-0000.safetensors and so on: its state_dict, and as metadata what it
was trained on and how. `onnx-distill run --weights FOLDER` compares the metadata with the recipe's `pretraining`.
"""

import argparse
import gzip
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from lenet import LeNet

MEAN, STD = 0.1307, 0.3081


def read_split(folder, part):
    """Normalised images [N,1,28,28] and classes [N]."""
    arrays = []
    for kind, header in (("images-idx3", 16), ("labels-idx1", 8)):
        path = folder / f"{part}-{kind}-ubyte"
        content = path.read_bytes() if path.exists() else gzip.open(f"{path}.gz").read()
        arrays.append(torch.from_numpy(np.frombuffer(content, np.uint8, offset=header).copy()))
    images, labels = arrays
    return (images.reshape(-1, 1, 28, 28) / 255 - MEAN) / STD, labels.long()


def train(model, images, labels, options):
    """Adam, its rate halved every few epochs. Returns the mean loss of the last epoch."""
    optimizer = torch.optim.Adam(model.parameters(), lr=options.rate, betas=(0.5, 0.999))
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, options.decay_every, gamma=0.5)
    for _ in range(options.epochs):
        losses = []
        for batch in torch.randperm(len(labels)).split(options.batch):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        schedule.step()
    return float(np.mean(losses))


@torch.no_grad()
def test(model, images, labels):
    """Accuracy as a fraction, and mean loss."""
    logits = torch.cat([model(batch) for batch in images.split(1000)])
    accuracy = (logits.argmax(1) == labels).double().mean().item()
    return accuracy, F.cross_entropy(logits, labels).item()


def write_safetensors(path, tensors, metadata):
    """Eight bytes with the length of a JSON header, the header, then the tensors one after the other."""
    header, parts, at = {"__metadata__": metadata}, [], 0
    for name, tensor in tensors.items():
        part = tensor.detach().numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, at + len(part)]}
        parts.append(part)
        at += len(part)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(parts))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--networks", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=0.002)
    parser.add_argument("--decay-every", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    images, labels = read_split(options.data, "train")
    test_images, test_labels = read_split(options.data, "t10k")
    options.out.mkdir(parents=True, exist_ok=True)
    for index in range(options.networks):
        model = LeNet()
        training_loss = train(model, images, labels, options)
        accuracy, loss = test(model, test_images, test_labels)
        name = f"network-{index:04}.safetensors"
        facts = {
            "format": "pt",
            "network": "lenet",
            "data": "mnist",
            "input": "1x28x28",
            "classes": json.dumps([str(k) for k in range(10)], separators=(",", ":")),
            "images": len(labels),
            "mean": f"[{MEAN}]",
            "std": f"[{STD}]",
            "loss": "softmax_cross_entropy",
            "seed": options.seed,
            "epochs": options.epochs,
            "batch": options.batch,
            "rate": options.rate,
            "decayEvery": options.decay_every,
            "index": index,
            "testAccuracy": accuracy,
            "testLoss": loss,
            "trainingLoss": training_loss,
        }
        metadata = {key: str(value) for key, value in facts.items()}
        write_safetensors(options.out / name, model.state_dict(), metadata)
        print(f"{name}: {100 * accuracy:.2f} % of the test images")


if __name__ == "__main__":
    main()
