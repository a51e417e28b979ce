import { expect, test } from "vitest";
import { fillBatch, type Split, sampleBatch } from "../../src/data/dataset.ts";
import { loadDataset } from "../../src/data/load.ts";
import { random } from "../../src/random/generator.ts";
import { realDataDir } from "../realData.ts";

const split: Split = {
  images: Uint8Array.of(0, 255, 51, 102, 10, 20, 30, 40, 255, 255, 0, 0),
  labels: Uint16Array.of(2, 0, 1),
  count: 3,
};
const dataset = {
  name: "tiny",
  classes: ["a", "b", "c"],
  shape: [2, 1, 2] as [number, number, number],
  normalization: { mean: [0.5, 0.1], std: [0.25, 2] },
};

test("a batch holds (pixel/255 - mean)/std per channel and one-hot labels", () => {
  const images = new Float32Array(8).fill(9);
  const labels = new Float32Array(6).fill(9);
  fillBatch(dataset, split, [2, 0], images, labels);
  const expected = [(1 - 0.5) / 0.25, 2, -0.05, -0.05, -2, 2, (0.2 - 0.1) / 2, (0.4 - 0.1) / 2];
  expect(images).toEqual(Float32Array.from(expected));
  expect([...labels]).toEqual([0, 1, 0, 0, 0, 1]);
});

test("indices may repeat and come as Uint32Array, and pixels may be shared memory", () => {
  const shared = new Uint8Array(new SharedArrayBuffer(12));
  shared.set(split.images);
  const images = new Float32Array(8);
  const labels = new Float32Array(6);
  fillBatch(dataset, { ...split, images: shared }, Uint32Array.of(1, 1), images, labels);
  expect(images.subarray(0, 4)).toEqual(images.subarray(4));
  expect([...labels]).toEqual([1, 0, 0, 1, 0, 0]);
});

test("another normalization object gives other values", () => {
  const images = new Float32Array(4);
  const labels = new Float32Array(3);
  const plain = { ...dataset, normalization: { mean: [0, 0], std: [1, 1] } };
  fillBatch(dataset, split, [0], images, labels);
  fillBatch(plain, split, [0], images, labels);
  expect(images).toEqual(Float32Array.of(0, 1, 51 / 255, 102 / 255));
});

test("sizes, indices, labels and statistics that do not fit are refused", () => {
  const fill = (changes: object, indices = [0], images = 4, labels = 3, part = split) => {
    const batch = [new Float32Array(images), new Float32Array(labels)] as const;
    return () => fillBatch({ ...dataset, ...changes }, part, indices, ...batch);
  };
  expect(fill({}, [0], 5)).toThrow("images [1,2,1,2]: expected 4 elements, got 5");
  expect(fill({}, [0], 4, 2)).toThrow("labels [1,3]: expected 3 elements, got 2");
  expect(fill({}, [3])).toThrow("Image index 3 is outside 0..2 of tiny");
  expect(fill({}, [-1])).toThrow("outside");
  expect(fill({}, [0.5])).toThrow("outside");
  expect(fill({}, [Number.NaN])).toThrow("outside");
  expect(fill({ classes: ["a", "b"] }, [0], 4, 2)).toThrow("label 2, but there are 2 classes");
  expect(fill({ shape: [2, 1, 3] }, [0], 6)).toThrow("split.images of 3 images");
  expect(fill({ normalization: { mean: [0], std: [1] } })).toThrow("2 channels needs as many");
  expect(fill({ normalization: { mean: [0, 0], std: [1, 0] } })).toThrow("std must be positive");
});

test("a sampled batch has different indices and is determined by its stream", () => {
  const draw = () => sampleBatch(1000, 256, random(3, "test.batch", 7));
  expect(new Set(draw()).size).toBe(256);
  expect(Math.max(...draw())).toBeLessThan(1000);
  expect(draw()).toEqual(draw());
  expect([...sampleBatch(5, 5, random(0, "test"))].sort()).toEqual([0, 1, 2, 3, 4]);
  expect(() => sampleBatch(5, 6, random(0, "test"))).toThrow("0..5 of them, got 6");
});

test("all ordered pairs are about equally likely", () => {
  const rng = random(1, "test.pairs");
  const counts = new Map<string, number>();
  for (let i = 0; i < 12_000; i++) {
    const pair = sampleBatch(4, 2, rng).join();
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  expect(counts.size).toBe(12);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

const dir = realDataDir("mnist");

test.skipIf(!dir)("MNIST normalises to mean 0 and std 1", async () => {
  const mnist = await loadDataset("mnist", { dataDir: dir });
  const n = 10_000;
  const images = new Float32Array(n * 784);
  const labels = new Float32Array(n * 10);
  fillBatch(mnist, mnist.train, sampleBatch(60_000, n, random(0, "test")), images, labels);
  const mean = images.reduce((sum, value) => sum + value, 0) / images.length;
  const square = images.reduce((sum, value) => sum + value * value, 0) / images.length;
  expect(mean).toBeCloseTo(0, 2);
  expect(square).toBeCloseTo(1, 1);
  expect(labels.reduce((sum, value) => sum + value, 0)).toBe(n);
});
