"""Exports common image classifiers with random weights, to see whether they can be distilled against.

    python scripts/python/export_models.py models-exported [--opset 16] [--size 64] [name ...]

Needs torch and torchvision, with transformers for what torchvision lacks. The files are for
`onnx-distill inspect` and `onnx-distill check`; nothing of them is kept in the repository.
"""

import argparse
import pathlib
import warnings

import torch
import torchvision

NAMES = [
    "alexnet",
    "vgg11",
    "vgg11_bn",
    "resnet18",
    "resnet50",
    "resnext50_32x4d",
    "wide_resnet50_2",
    "squeezenet1_0",
    "squeezenet1_1",
    "mobilenet_v2",
    "mobilenet_v3_small",
    "mobilenet_v3_large",
    "shufflenet_v2_x1_0",
    "mnasnet1_0",
    "efficientnet_b0",
    "efficientnet_v2_s",
    "densenet121",
    "googlenet",
    "inception_v3",
    "regnet_y_400mf",
    "convnext_tiny",
    "vit_b_16",
    "swin_t",
]

# The smallest images that these take.
SIZES = {"inception_v3": 299, "vit_b_16": 224, "swin_t": 224, "alexnet": 224, "vgg11": 224, "vgg11_bn": 224}


def build(name, size):
    """A classifier whose batch normalisations have the statistics of random images."""
    options = {"num_classes": 10}
    if name in ("googlenet", "inception_v3"):
        options |= {"aux_logits": False, "init_weights": False}
    torch.manual_seed(0)
    model = getattr(torchvision.models, name)(weights=None, **options)
    normalisations = [m for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    for module in normalisations:
        module.momentum = None  # the mean over all batches
    model.train()
    with torch.no_grad():
        for _ in range(3 if normalisations else 0):
            model(torch.randn(8, 3, size, size))
    return model.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--opset", type=int, default=16)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--fixed-batch", action="store_true", help="leave the batch at 1")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.names:
        size = SIZES.get(name, arguments.size)
        path = arguments.out / f"{name}.onnx"
        free = {} if arguments.fixed_batch else {"images": {0: "N"}, "logits": {0: "N"}}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                torch.onnx.export(
                    build(name, size),
                    torch.randn(1, 3, size, size),
                    path,
                    opset_version=arguments.opset,
                    input_names=["images"],
                    output_names=["logits"],
                    dynamic_axes=free,
                    do_constant_folding=False,
                    training=torch.onnx.TrainingMode.PRESERVE,
                )
            print(f"{name}: {path}, {size}x{size}")
        except Exception as error:  # noqa: BLE001 - an exporter's failure is a result too
            print(f"{name}: not exported: {str(error).splitlines()[0]}")


if __name__ == "__main__":
    main()
