import { flatten, relu } from "../../src/ir/builders/index.ts";
import { defineNetwork, type Network } from "../network.ts";

export interface MlpOptions {
  readonly input?: readonly [number, number, number];
  readonly hidden?: readonly number[];
  readonly classes?: number;
}

/** Fully connected layers with ReLU between them, named fc1, fc2, ... */
export const mlp = ({
  input = [1, 28, 28],
  hidden = [128],
  classes = 10,
}: MlpOptions = {}): Network =>
  defineNetwork({
    name: "mlp",
    input,
    classes,
    forward(x, layer) {
      const activations = hidden.reduce(
        (h, width, i) => relu(layer.linear(`fc${i + 1}`, h, width)),
        flatten(x),
      );
      return layer.linear(`fc${hidden.length + 1}`, activations, classes);
    },
  });
