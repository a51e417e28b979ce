/** Networks small enough to differentiate numerically. */
import { defineNetwork, mlp, type Network } from "../../graphs/index.ts";
import { flatten, maxPool2d, relu } from "../../src/ir/builders/index.ts";

export const tinyMlp = (classes = 3): Network => mlp({ input: [1, 2, 2], hidden: [4], classes });

/** Convolution, max-pooling and a linear layer. */
export const tinyConvNet = (): Network =>
  defineNetwork({
    name: "tiny",
    input: [2, 6, 6],
    classes: 3,
    forward(x, layer) {
      x = layer.conv2d("conv", x, { out: 3, kernel: 3, pad: 1 });
      x = maxPool2d(relu(x), [2, 2], { strides: [2, 2] });
      return layer.linear("fc", flatten(x), 3);
    },
  });

/** Channels enough for blocks of them, and overlapping pooling windows. */
export const tinyWideNet = (): Network =>
  defineNetwork({
    name: "tiny-wide",
    input: [3, 9, 9],
    classes: 3,
    forward(x, layer) {
      x = layer.conv2d("conv1", x, { out: 32, kernel: 3, pad: 1 });
      x = maxPool2d(relu(x), [3, 3], { strides: [2, 2] });
      x = relu(layer.conv2d("conv2", x, { out: 32, kernel: 3, pad: 1 }));
      return layer.linear("fc", flatten(x), 3);
    },
  });
