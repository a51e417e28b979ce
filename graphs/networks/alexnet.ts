import { flatten, maxPool2d, relu } from "../../src/ir/builders/index.ts";
import type { Value } from "../../src/ir/value.ts";
import { defineNetwork, type Network } from "../network.ts";

const pool = (x: Value): Value => maxPool2d(x, [3, 3], { strides: [2, 2] });

/**
 * AlexNet in the single-tower form of Krizhevsky 2014 that torchvision ships (parameter names included), for
 * 224x224 images. Dropout is the identity, as in evaluation.
 */
export const alexnet = ({ classes = 1000 }: { readonly classes?: number } = {}): Network =>
  defineNetwork({
    name: "alexnet",
    input: [3, 224, 224],
    classes,
    forward(x, layer) {
      x = pool(relu(layer.conv2d("features.0", x, { out: 64, kernel: 11, stride: 4, pad: 2 })));
      x = pool(relu(layer.conv2d("features.3", x, { out: 192, kernel: 5, pad: 2 })));
      x = relu(layer.conv2d("features.6", x, { out: 384, kernel: 3, pad: 1 }));
      x = relu(layer.conv2d("features.8", x, { out: 256, kernel: 3, pad: 1 }));
      x = pool(relu(layer.conv2d("features.10", x, { out: 256, kernel: 3, pad: 1 })));
      x = relu(layer.linear("classifier.1", flatten(x), 4096));
      x = relu(layer.linear("classifier.4", x, 4096));
      return layer.linear("classifier.6", x, classes);
    },
  });
