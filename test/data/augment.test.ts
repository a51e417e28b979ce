import { expect, test } from "vitest";
import { cropAndFlip } from "../../src/data/augment.ts";
import { random } from "../../src/random/generator.ts";

/** Draws the given numbers in turn. */
const drawing = (...numbers: number[]) => ({ integer: () => numbers.shift()! });
const rowOf = (images: Float32Array, width: number, row: number) => [
  ...images.subarray(row * width, (row + 1) * width),
];
const ramp = (length: number) => Float32Array.from({ length }, (_, i) => i);

test("the middle crop, not mirrored, is the image", () => {
  const images = ramp(2 * 5 * 6);
  cropAndFlip(images, [2, 5, 6], drawing(4, 4, 0));
  expect(images).toEqual(ramp(60));
});

test("crops reach into a padding that reflects without repeating the border", () => {
  const images = ramp(36);
  cropAndFlip(images, [1, 6, 6], drawing(0, 8, 0));
  expect(rowOf(images, 6, 0)).toEqual([28, 29, 28, 27, 26, 25]);
  expect(rowOf(images, 6, 4)).toEqual([4, 5, 4, 3, 2, 1]);
  expect(rowOf(images, 6, 5)).toEqual([10, 11, 10, 9, 8, 7]);
});

test("a mirrored crop is the same crop read from right to left", () => {
  const plain = ramp(2 * 42);
  const mirrored = ramp(2 * 42);
  cropAndFlip(plain, [2, 6, 7], drawing(6, 1, 0));
  cropAndFlip(mirrored, [2, 6, 7], drawing(6, 1, 1));
  for (let row = 0; row < 12; row++) {
    expect(rowOf(mirrored, 7, row)).toEqual(rowOf(plain, 7, row).reverse());
  }
});

test("channels move together, images each on their own, by the seed and iteration alone", () => {
  const batch = () => Float32Array.from({ length: 40 * 2 * 25 }, (_, i) => (i % 25) + 1);
  const images = batch();
  cropAndFlip(images, [2, 5, 5], random(1, "augmentation", 7));
  const planes = Array.from({ length: 80 }, (_, i) => images.slice(i * 25, (i + 1) * 25).join());
  for (let i = 0; i < 80; i += 2) expect(planes[i]).toBe(planes[i + 1]);
  expect(new Set(planes).size).toBeGreaterThan(20);
  const again = batch();
  cropAndFlip(again, [2, 5, 5], random(1, "augmentation", 7));
  expect(again).toEqual(images);
  cropAndFlip(again, [2, 5, 5], random(1, "augmentation", 8));
  expect(again).not.toEqual(images);
});

test("images too small to reflect, and parts of images, are refused", () => {
  const rng = random(1, "augmentation");
  expect(() => cropAndFlip(new Float32Array(20), [1, 4, 5], rng)).toThrow(
    "reflecting 4 pixels must be larger than that, got 4x5",
  );
  expect(() => cropAndFlip(new Float32Array(26), [1, 5, 5], rng)).toThrow(
    "26 values are no batch of [1,5,5]",
  );
});
