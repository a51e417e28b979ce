import {
  flatten,
  localResponseNormalization,
  maxPool2d,
  relu,
} from "../../src/ir/builders/index.ts";
import type { Value } from "../../src/ir/value.ts";
import { defineNetwork, type Network } from "../network.ts";

/** PyTorch's window: channels c-2 to c+1. */
const normalize = (x: Value): Value =>
  localResponseNormalization(x, {
    size: 4,
    alpha: 0.001 / 9,
    beta: 0.75,
    bias: 1,
    convention: "pytorch",
  });

const pool = (x: Value): Value => maxPool2d(x, [3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] });

/** The CIFAR-10 network of Wang et al. 2018, after Krizhevsky's cuda-convnet: 1,756,426 parameters. */
export const alexcifarnet = ({ classes = 10 }: { readonly classes?: number } = {}): Network =>
  defineNetwork({
    name: "alexcifarnet",
    input: [3, 32, 32],
    classes,
    forward(x, layer) {
      x = relu(layer.conv2d("features.0", x, { out: 64, kernel: 5, pad: 2 }));
      x = normalize(pool(x));
      x = relu(layer.conv2d("features.4", x, { out: 64, kernel: 5, pad: 2 }));
      x = pool(normalize(x));
      x = relu(layer.linear("classifier.0", flatten(x), 384));
      x = relu(layer.linear("classifier.2", x, 192));
      return layer.linear("classifier.4", x, classes);
    },
  });
