import { expect, test } from "vitest";
import type { Dataset } from "../../src/data/dataset.ts";
import { prepareData } from "../../src/distill/prepareData.ts";

const split = { images: Uint8Array.of(10, 20, 30), labels: Uint16Array.of(0), count: 1 };
const pixel: Dataset = {
  name: "a pixel",
  classes: ["a", "b"],
  shape: [3, 1, 1],
  train: split,
  test: split,
  normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
};
const form = { imageSize: null };

test("a model's own preprocessing takes the place of the data's", () => {
  const preprocessing = { mean: [1, 2, 3], std: [4, 5, 6], channels: "rgb" as const };
  const { train, normalization } = prepareData(pixel, { ...form, preprocessing });
  expect([...train.images]).toEqual([10, 20, 30]);
  expect(normalization).toEqual({ mean: [1, 2, 3], std: [4, 5, 6] });
});

test("for a model that takes BGR the channels are turned round, and pictures know", () => {
  const preprocessing = { mean: [1, 2, 3], std: [4, 5, 6], channels: "bgr" as const };
  const { train, test, normalization } = prepareData(pixel, { ...form, preprocessing });
  for (const { images } of [train, test]) expect([...images]).toEqual([30, 20, 10]);
  expect(normalization).toEqual({ mean: [1, 2, 3], std: [4, 5, 6], channels: "bgr" });
});

test("means and deviations are as many as channels", () => {
  const preprocessing = { mean: [0], std: [1], channels: "rgb" as const };
  expect(() => prepareData(pixel, { ...form, preprocessing })).toThrow(
    "preprocessing: 1 means and 1 deviations for images of 3 channels",
  );
});
