import { expect, test } from "vitest";
import { decodeCifar10 } from "../../src/data/cifar10.ts";
import { loadDataset } from "../../src/data/load.ts";
import { realDataDir } from "../realData.ts";

const record = (label: number, pixel: number) => {
  const bytes = new Uint8Array(3073).fill(pixel);
  bytes[0] = label;
  return bytes;
};

test("records of several files are joined in order", () => {
  const { images, labels, count } = decodeCifar10([record(3, 7), record(9, 8)]);
  expect([...labels]).toEqual([3, 9]);
  expect(count).toBe(2);
  expect(images).toEqual(Uint8Array.from({ length: 6144 }, (_, i) => (i < 3072 ? 7 : 8)));
});

test("incomplete records, wrong labels and empty lists are refused", () => {
  expect(() => decodeCifar10([record(0, 0), new Uint8Array(3072)])).toThrow("file 2 of 2 has 3072");
  expect(() => decodeCifar10([new Uint8Array(0)])).toThrow("0 bytes");
  expect(() => decodeCifar10([])).toThrow("at least one file");
  expect(() => decodeCifar10([record(10, 0)])).toThrow("record 0 has label 10");
});

const dir = realDataDir("cifar10");

test.skipIf(!dir)("CIFAR-10 begins with its well-known frog", async () => {
  const { train, test, classes, shape } = await loadDataset("cifar10", { dataDir: dir });
  expect(shape).toEqual([3, 32, 32]);
  expect([train.count, test.count]).toEqual([20_000, 5_000]);
  expect(classes[train.labels[0]!]).toBe("frog");
  expect([0, 1024, 2048].map((at) => train.images[at])).toEqual([59, 62, 63]);
  const perClass = new Array<number>(10).fill(0);
  for (const label of train.labels) perClass[label]!++;
  expect(perClass).toEqual(new Array(10).fill(2000));
});
