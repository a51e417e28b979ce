import { expect, test } from "vitest";
import { convertDataset } from "../../src/data/convert.ts";
import type { Dataset, Split } from "../../src/data/dataset.ts";
import { loadDataset } from "../../src/data/load.ts";
import { resizeBicubic } from "../../src/data/resize.ts";
import { realDataDir } from "../realData.ts";

const split = (images: number[], count: number): Split => ({
  images: Uint8Array.from(images),
  labels: Uint16Array.from({ length: count }, (_, i) => i % 2),
  count,
});
const grey: Dataset = {
  name: "grey",
  classes: ["a", "b"],
  shape: [1, 2, 2],
  train: split([0, 50, 100, 150, 200, 250, 7, 9], 2),
  test: split([1, 2, 3, 4], 1),
  normalization: { mean: [0.25], std: [0.5] },
  source: "made here",
};
const colour: Dataset = {
  ...grey,
  name: "colour",
  shape: [3, 1, 1],
  train: split([255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 200, 77], 4),
  test: split([255, 255, 255], 1),
  normalization: { mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] },
};

test("grey becomes colour by repetition, with its normalization", () => {
  const { train, test, shape, normalization, ...rest } = convertDataset(grey, [3, 2, 2]);
  const first = [0, 50, 100, 150];
  const second = [200, 250, 7, 9];
  expect([...train.images]).toEqual([
    ...first,
    ...first,
    ...first,
    ...second,
    ...second,
    ...second,
  ]);
  expect([...test.images]).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
  expect([train.count, test.count, [...train.labels]]).toEqual([2, 1, [0, 1]]);
  expect(shape).toEqual([3, 2, 2]);
  expect(normalization).toEqual({ mean: [0.25, 0.25, 0.25], std: [0.5, 0.5, 0.5] });
  expect(rest).toEqual({ name: "grey", classes: ["a", "b"], source: "made here" });
});

test("colour becomes grey by the luma of ITU-R BT.601, with the grey images' normalization", () => {
  const { train, test, normalization } = convertDataset(colour, [1, 1, 1]);
  expect([...train.images]).toEqual([76, 150, 29, 129]);
  expect([...test.images]).toEqual([255]);
  const mean = (76 + 150 + 29 + 129) / 4;
  const variance = [76, 150, 29, 129].reduce((sum, v) => sum + (v - mean) ** 2, 0) / 4;
  expect(normalization.mean[0]).toBeCloseTo(mean / 255, 12);
  expect(normalization.std[0]).toBeCloseTo(Math.sqrt(variance) / 255, 12);
});

test("sizes change by bicubic resizing of every plane, and the normalization stays", () => {
  const { train, normalization } = convertDataset(grey, [1, 3, 5]);
  expect(train.images).toEqual(resizeBicubic(grey.train.images, [2, 2], [3, 5]));
  expect(normalization).toBe(grey.normalization);
  const wide = convertDataset(colour, [3, 1, 2]);
  expect([...wide.test.images]).toEqual(new Array(6).fill(255));
});

test("the right shape is the data set itself; other numbers of channels are refused", () => {
  expect(convertDataset(grey, [1, 2, 2])).toBe(grey);
  expect(() => convertDataset(grey, [2, 2, 2])).toThrow(
    "Cannot convert grey from [1,2,2] to [2,2,2]: images have 1 or 3 channels, not 2",
  );
});

const dir = realDataDir("usps");

test.skipIf(!dir)("USPS at MNIST's size shows the same digits", async () => {
  const usps = await loadDataset("usps", { dataDir: dir });
  const { train, shape } = convertDataset(usps, [1, 28, 28]);
  expect([shape, train.images.length]).toEqual([[1, 28, 28], usps.train.count * 784]);
  const mean = (images: Uint8Array) => images.reduce((sum, v) => sum + v, 0) / images.length;
  expect(Math.abs(mean(train.images) - mean(usps.train.images))).toBeLessThan(1);
});
