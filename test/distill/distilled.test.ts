import { expect, test } from "vitest";
import { fillBatch } from "../../src/data/dataset.ts";
import {
  initialDistilled,
  inverseSoftplus,
  randomRealImages,
  sigmoid,
  softplus,
  toDistilled,
} from "../../src/distill/distilled.ts";
import { stripesProblem } from "./stripesProblem.ts";

test("softplus and its inverse undo each other, and sigmoid is its derivative", () => {
  for (const rate of [1e-8, 1e-3, 0.02, 0.5, 1, 29, 31, 1e6]) {
    expect(softplus(inverseSoftplus(rate)) / rate).toBeCloseTo(1, 9);
  }
  const step = 1e-5;
  for (const x of [-20, -1, 0, 2, 29.9]) {
    const slope = (softplus(x + step) - softplus(x - step)) / (2 * step);
    expect(slope).toBeCloseTo(sigmoid(x), 8);
  }
  expect(softplus(100)).toBe(100);
});

test("a run starts from noise, one-hot labels in the classes' order and equal rates", () => {
  const problem = stripesProblem({ steps: 2, epochs: 2, imagesPerClass: 2 });
  const start = initialDistilled(problem);
  expect(start.images).toHaveLength(2 * 6 * 64);
  const mean = start.images.reduce((sum, pixel) => sum + pixel, 0) / start.images.length;
  expect(Math.abs(mean)).toBeLessThan(0.15);
  const oneHot = [0, 1, 2, 0, 1, 2].flatMap((k) => [0, 1, 2].map((i) => Number(i === k)));
  expect([...start.labels]).toEqual([...oneHot, ...oneHot]);
  const { learningRates } = toDistilled(start);
  expect([...learningRates]).toEqual(Array(4).fill(expect.closeTo(0.5, 6)));
  expect(initialDistilled(problem).images).toEqual(start.images);
});

test("real images are training images of the wanted classes, none twice; draws differ", () => {
  const problem = stripesProblem({ steps: 4, imagesPerClass: 2, images: "real" });
  const { dataset, train } = problem;
  const all = new Float32Array(train.count * 64);
  const indices = [...Array(train.count).keys()];
  fillBatch(dataset, train, indices, all, new Float32Array(train.count * 3));
  const rows = (pixels: Float32Array) =>
    Array.from({ length: pixels.length / 64 }, (_, i) => pixels.slice(i * 64, i * 64 + 64).join());
  const classOf = new Map(rows(all).map((row, i) => [row, train.labels[i]]));
  const drawn = rows(randomRealImages(problem, 1));
  expect(drawn.map((row) => classOf.get(row))).toEqual(Array(8).fill([0, 1, 2]).flat());
  expect(new Set(drawn).size).toBe(24);
  expect(rows(randomRealImages(problem, 2))).not.toEqual(drawn);
  expect(initialDistilled(problem).images).toEqual(randomRealImages(problem, 0));
});

test("too few images of a class are an error", () => {
  const problem = stripesProblem({ steps: 50, imagesPerClass: 2 });
  expect(() => randomRealImages(problem, 0)).toThrow(
    /class "\d" has too few training images for 50 steps of 2/,
  );
});
