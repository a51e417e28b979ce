"""Repeats the accuracy that this bundle claims, with numpy and onnxruntime alone.

Trains networks on the distilled images by running inner_step.onnx for every step of every epoch, and measures them on
test images by evaluate.onnx. Exit code 0: the accuracy agrees with the claimed one; 1: it does not; 2: it cannot be
measured.
"""

import argparse
import gzip
import hashlib
import json
import math
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort

BUNDLE = Path(__file__).resolve().parent
DTYPES = {"F32": "<f4", "I32": "<i4", "U8": "u1"}


def read_json(name):
    return json.loads((BUNDLE / name).read_text(encoding="utf-8"))


def read_safetensors(path):
    """Tensors by name: eight bytes give the length of a JSON header, which says where each tensor lies after it."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(data[8:start]).items():
        if name != "__metadata__":
            begin, end = (start + offset for offset in entry["data_offsets"])
            tensors[name] = np.frombuffer(data[begin:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors


# --- Test images: uint8 [N,C,H,W] and class indices [N]


def read_file(folder, name):
    """A file or its .gz."""
    plain, packed = folder / name, folder / f"{name}.gz"
    return plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes())


def read_idx(data):
    """Two zeros, a type (8: unsigned byte), the number of axes, their lengths as big-endian 32-bit numbers, the bytes."""
    if len(data) < 4 or data[:3] != b"\0\0\x08":
        raise ValueError("expected IDX files of unsigned bytes")
    start = 4 + 4 * data[3]
    return np.frombuffer(data, "u1", offset=start).reshape(np.frombuffer(data[4:start], ">u4"))


def read_cifar10(files):
    """Records of one label byte and 3,072 pixels, red before green before blue."""
    records = np.frombuffer(b"".join(files), "u1").reshape(-1, 3073)
    return records[:, 1:], records[:, 0]


def read_usps(data):
    """Lines of a digit and 256 values from -1 to 1."""
    rows = np.array([line.split() for line in data.decode("ascii").splitlines() if line.strip()], float)
    return np.rint((rows[:, 1:] + 1) * 127.5).astype("u1"), rows[:, 0]


def test_images(config, data):
    """The images that the claim is about, and their labels."""
    source = config["test_data"]
    if source["format"] == "none":
        fail(f"there are no test images: {source['reason']}. Export the bundle again with --with-test-data")
    folder = BUNDLE if source["format"] == "safetensors" else find_folder(source, data)
    try:
        images, labels = read_images(source, folder)
        images = images.reshape(len(labels), *config["input"])
        classes = max(2, config["logits"])
        if not np.all(labels < classes):
            raise ValueError(f"expected classes below {classes}")
    except (ValueError, OSError, EOFError) as error:
        fail(f"{', '.join(source['files'])} in {folder}: {error}")
    if hashlib.sha256(images.tobytes()).hexdigest() != source["images_sha256"]:
        print(f"note: these {len(images)} images are not the {source['count']} that the claim was measured on")
    return images, labels.astype(int)


def read_images(source, folder):
    if source["format"] == "safetensors":
        tensors = read_safetensors(folder / source["files"][0])
        return tensors["images"], tensors["labels"]
    files = [read_file(folder, name) for name in source["files"]]
    if source["format"] == "cifar10":
        return read_cifar10(files)
    return read_usps(files[0]) if source["format"] == "usps-text" else map(read_idx, files)


def find_folder(source, data):
    """The first of the folders where data sets of this name are kept that has all files."""
    names = source["files"]
    if data is None:
        fail(f"name the folder of the test images with --data: {', '.join(names)}, each plain or .gz")
    folders = [Path(data) / folder for folder in source["folders"]]
    for folder in folders:
        if all((folder / name).exists() or (folder / f"{name}.gz").exists() for name in names):
            return folder
    fail(f"no {' and '.join(names)} (or .gz) in {', '.join(map(str, folders))}")


# --- Initial weights


def draw(init, shape, rng):
    """One parameter from the distribution that the manifest gives it."""
    kind, gain = init["kind"], init.get("gain", 1)
    if kind in ("zeros", "ones", "constant"):
        return np.full(shape, {"zeros": 0, "ones": 1}.get(kind, init.get("value")))
    if kind == "normal":
        return rng.normal(init.get("mean", 0), init.get("std", 1), shape)
    if kind == "uniform":
        return rng.uniform(init.get("lo", 0), init.get("hi", 1), shape)
    if kind == "orthogonal":
        rows, columns = shape[0], math.prod(shape[1:])
        q, r = np.linalg.qr(rng.normal(size=sorted((rows, columns), reverse=True)))
        q *= np.sign(np.diag(r))
        return gain * (q if rows >= columns else q.T).reshape(shape)
    fan_in = init.get("fanIn", math.prod(shape[1:]))
    fan_out = init.get("fanOut", shape[0] * math.prod(shape[2:]))
    if kind == "pytorch":
        bound = 1 / math.sqrt(fan_in)
        return rng.uniform(-bound, bound, shape)
    if kind.startswith("xavier"):
        std = gain * math.sqrt(2 / (fan_in + fan_out))
    else:
        std = init.get("gain", math.sqrt(2)) / math.sqrt(fan_in if init.get("mode", "fan_in") == "fan_in" else fan_out)
    if kind.endswith("_normal"):
        return rng.normal(0, std, shape)
    return rng.uniform(-math.sqrt(3) * std, math.sqrt(3) * std, shape)


def starting_networks(config, manifest, count, seed):
    """Parameters of each network by name: those of the bundle, or drawn ones."""
    start = config["initialization"]
    if start["files"]:
        return [read_safetensors(BUNDLE / name) for name in start["files"]][:count]
    if start["kind"] != "random":
        fail("the bundle lacks the networks that the accuracy was measured from: export it again with --weights")
    specs = manifest["parameters"] + manifest["buffers"]
    rngs = [np.random.default_rng([seed, i]) for i in range(count or 20)]
    return [{spec["name"]: draw(spec["init"], spec["shape"], rng).astype("f4") for spec in specs} for rng in rngs]


# --- Training and measuring


class Graph:
    """A graph of the manifest. Tensors of parameters go by the parameter's name, all others by their role.

    It runs as it is written, not as a version of ONNX Runtime rewrites it: over many steps rounding shows.
    """

    def __init__(self, manifest, stem, threads):
        graph = manifest["graphs"][stem]
        self.inputs, self.outputs = graph["inputs"], graph["outputs"]
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
        self.session = ort.InferenceSession(str(BUNDLE / graph["file"]), options, providers=["CPUExecutionProvider"])

    def run(self, parameters, **tensors):
        known = {**parameters, **tensors}
        feeds = {t["name"]: known[t.get("parameter", t["role"])] for t in self.inputs}
        results = self.session.run([t["name"] for t in self.outputs], feeds)
        return {t.get("parameter", t["role"]): result for t, result in zip(self.outputs, results)}


def train(inner_step, parameters, distilled, steps):
    """One gradient step after the other: step s of epoch e has the rate e * steps + s and the images of step s."""
    images, labels = distilled["images"], distilled["labels"]
    for i, rate in enumerate(distilled["learning_rates"]):
        s = i % steps
        tensors = {"images": images[s], "labels": labels[s], "learning_rate": np.array([rate], "f4")}
        parameters = {**parameters, **inner_step.run(parameters, **tensors)}
    return parameters


def correct(evaluate, parameters, images, labels, config):
    """Whether each image is predicted as its label, [N]. The last batch is padded."""
    batch = next(t["shape"][0] for t in evaluate.inputs if t["role"] == "real_images")
    mean, std = (np.reshape(config["normalization"][key], (-1, 1, 1)) for key in ("mean", "std"))
    logits = config["logits"]
    results = []
    for start in range(0, len(images), batch):
        pixels, wanted = images[start : start + batch], labels[start : start + batch]
        real_images = np.zeros((batch, *config["input"]), "f4")
        real_images[: len(pixels)] = (pixels / 255 - mean) / std
        real_labels = np.zeros((batch, logits), "f4")
        real_labels[: len(wanted)] = wanted[:, None] if logits == 1 else np.eye(logits)[wanted]
        result = evaluate.run(parameters, real_images=real_images, real_labels=real_labels)
        results.append(result["correct"][: len(pixels)])
    return np.concatenate(results) > 0.5


def per_cent(values):
    spread = f" ± {100 * np.std(values, ddof=1):.2f}" if len(values) > 1 else ""
    return f"{100 * np.mean(values):.2f}{spread} % (n = {len(values)})"


def claim(statistic):
    spread = f" ± {100 * statistic['std']:.2f}" if statistic["n"] > 1 else ""
    return f"{100 * statistic['mean']:.2f}{spread} % (n = {statistic['n']})"


def fail(message):
    print(f"error: {message}", file=sys.stderr)
    sys.exit(2)


def main():
    parser = argparse.ArgumentParser(description="Repeats the accuracy that this bundle claims.")
    parser.add_argument("--data", help="folder of the data set, or the folder above it")
    parser.add_argument("--networks", type=int, help="networks to train (default: those of the bundle, or 20)")
    parser.add_argument("--seed", type=int, default=1, help="of weights that are drawn here")
    options = parser.parse_args()
    config, manifest = read_json("config.json"), read_json("manifest.json")
    distilled = read_safetensors(BUNDLE / "distilled.safetensors")
    networks = starting_networks(config, manifest, options.networks, options.seed)
    images, labels = test_images(config, options.data)

    objective = config["objective"]
    attacked = objective["kind"] == "attack"
    changed = np.where(labels == objective["from"], objective["to"], labels) if attacked else labels
    # With one thread, sums over a step do not depend on the number of cores; 0 stands for all of them.
    inner_step, evaluate = Graph(manifest, "inner_step", 1), Graph(manifest, "evaluate", 0)
    accuracies, shares = [], []
    for parameters in networks:
        trained = train(inner_step, parameters, distilled, config["steps"])
        hits = correct(evaluate, trained, images, changed, config)
        accuracies.append(hits.mean())
        if attacked:
            shares.append(hits[labels == objective["from"]].mean())

    print(f"claimed   {claim(config['accuracy'])}")
    print(f"measured  {per_cent(accuracies)} on {len(images)} test images")
    if attacked:
        print(f"of \"{objective['from_class']}\" predicted as \"{objective['to_class']}\":")
        print(f"claimed   {claim(objective['from_as_to'])}")
        print(f"measured  {per_cent(shares)}")
    difference, tolerance = abs(np.mean(accuracies) - config["accuracy"]["mean"]), config["tolerance"]
    agrees = difference <= tolerance
    print(f"{'OK' if agrees else 'NOT OK'}: {100 * difference:.2f} points apart, {100 * tolerance:.2f} allowed")
    sys.exit(0 if agrees else 1)


if __name__ == "__main__":
    main()
