import { expect, test } from "vitest";
import { lenet, outerLossGraph, toGraph } from "../../graphs/index.ts";
import { productFlops } from "../../src/bench/flops.ts";
import {
  conv2d,
  convDataGrad,
  convWeightGrad,
  input,
  matmul,
  relu,
} from "../../src/ir/builders/index.ts";
import type { ConvWindow } from "../../src/ir/ops.ts";
import type { Value } from "../../src/ir/value.ts";

const flopsOf = (...values: Value[]): number =>
  productFlops({
    name: "test",
    inputs: [],
    outputs: values.map((value, i) => ({ name: `y${i}`, value })),
  });

test("a matrix product takes 2mkn, once for every entry of the batch axes", () => {
  expect(flopsOf(matmul(input("a", [3, 4]), input("b", [4, 5])))).toBe(2 * 3 * 4 * 5);
  expect(flopsOf(matmul(input("c", [7, 3, 4]), input("b", [4, 5])))).toBe(7 * 2 * 3 * 4 * 5);
});

const x = input("x", [2, 4, 9, 9]);
const w = input("w", [6, 2, 3, 3]);
const dy = input("dy", [2, 6, 4, 4]);
const window: ConvWindow = {
  kernel: [3, 3],
  strides: [2, 2],
  pads: [0, 0, 0, 0],
  dilations: [1, 1],
  group: 2,
};
/** N M oh ow (C/group) kh kw products. */
const products = 2 * 6 * 4 * 4 * 2 * 3 * 3;

test("a convolution and both its gradients take the same", () => {
  expect(flopsOf(conv2d(x, w, undefined, { strides: [2, 2], group: 2 }))).toBe(2 * products);
  expect(flopsOf(convDataGrad(dy, w, { ...window, inputSize: [9, 9] }))).toBe(2 * products);
  expect(flopsOf(convWeightGrad(x, dy, window))).toBe(2 * products);
});

test("shared values count once, and everything else counts nothing", () => {
  const product = matmul(input("a", [3, 4]), input("b", [4, 5]));
  expect(flopsOf(relu(product), product)).toBe(2 * 3 * 4 * 5);
  expect(flopsOf(relu(x))).toBe(0);
});

test("LeNet's loss and its gradient: forward, weights, and data behind the first layer", () => {
  const layers = [
    { products: 28 * 28 * 6 * 25, dataGradient: false },
    { products: 10 * 10 * 16 * 6 * 25, dataGradient: true },
    { products: 400 * 120, dataGradient: true },
    { products: 120 * 84, dataGradient: true },
    { products: 84 * 10, dataGradient: true },
  ];
  const perImage = layers.reduce(
    (sum, layer) => sum + layer.products * (layer.dataGradient ? 3 : 2),
    0,
  );
  const graph = toGraph(outerLossGraph(lenet(), "softmax_cross_entropy", 8));
  expect(productFlops(graph)).toBe(8 * 2 * perImage);
});
