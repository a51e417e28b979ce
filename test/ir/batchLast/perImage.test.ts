import { expect, test } from "vitest";
import { lenet, mlp } from "../../../graphs/index.ts";
import { isPerImage } from "../../../src/ir/batchLast/perImage.ts";
import * as build from "../../../src/ir/builders/index.ts";
import type { Value } from "../../../src/ir/value.ts";

const images = build.input("images", [2, 3, 4, 4]);
const weight = build.input("weight", [3, 3, 1, 1]);
const flat = build.flatten(images);
const perImage = (output: Value): boolean => isPerImage(output, images, [weight]);

test("the built-in networks treat images one by one", () => {
  for (const network of [lenet(), mlp()]) {
    const x = build.input("images", [2, ...network.input]);
    const parameters = network.parameters.map(({ name, shape }) => build.input(name, shape));
    expect(isPerImage(network.forward(parameters, [], x), x, parameters)).toBe(true);
  }
});

test.each<[string, Value]>([
  ["a convolution", build.conv2d(images, weight)],
  ["sums over the pixels", build.reduceSum(images, [1, 2, 3])],
  ["a softmax over the classes", build.softmax(flat, 1)],
  ["a residual connection", build.add(build.relu(images), images)],
  ["another order of the later axes", build.transpose(images, [0, 2, 3, 1])],
])("%s keeps images apart", (_, output) => {
  expect(perImage(output)).toBe(true);
});

test.each<[string, Value]>([
  ["a mean over the batch", build.sub(flat, build.reduceMean(flat, [0], true))],
  [
    "batch statistics",
    build.batchStatisticsNormalization(images, build.input("g", [3]), build.input("b", [3])),
  ],
  ["a softmax over the batch", build.softmax(flat, 0)],
  ["a product of images with images", build.matmul(flat, build.transpose(flat))],
  ["the batch joined with the channels", build.reshape(images, [1, 6, 4, 4])],
  ["images in another order", build.slice(images, [{ axis: 0, step: -1 }])],
  [
    "a weight made of the images",
    build.conv2d(images, build.reshape(build.reduceSum(images, [2, 3]), [2, 3, 1, 1])),
  ],
  ["no dependence on the images at all", build.neg(weight)],
])("%s mixes them or leaves them out", (_, output) => {
  expect(perImage(output)).toBe(false);
});
