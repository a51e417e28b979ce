import { flatten, maxPool2d, relu } from "../../src/ir/builders/index.ts";
import { defineNetwork, type Network } from "../network.ts";

export interface LeNetOptions {
  /** Image height and width; smaller ones than 32 are padded to 32 by the first layer. */
  readonly size?: 28 | 32;
  readonly channels?: number;
  readonly classes?: number;
}

/** LeNet-5 (LeCun et al. 1998) with ReLU and max-pooling, as in Wang et al. 2018: 61,706 parameters for MNIST. */
export const lenet = ({ size = 28, channels = 1, classes = 10 }: LeNetOptions = {}): Network =>
  defineNetwork({
    name: "lenet",
    input: [channels, size, size],
    classes,
    forward(x, layer) {
      x = layer.conv2d("conv1", x, { out: 6, kernel: 5, pad: (32 - size) / 2 });
      x = maxPool2d(relu(x), [2, 2], { strides: [2, 2] });
      x = layer.conv2d("conv2", x, { out: 16, kernel: 5 });
      x = maxPool2d(relu(x), [2, 2], { strides: [2, 2] });
      x = flatten(x);
      x = relu(layer.linear("fc1", x, 120));
      x = relu(layer.linear("fc2", x, 84));
      return layer.linear("fc3", x, classes);
    },
  });
