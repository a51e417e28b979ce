import { expect, test } from "vitest";
import type { Dataset, Split } from "../../src/data/dataset.ts";
import { holdOut, holdOutPerClass, selectClasses, selectImages } from "../../src/data/subsets.ts";
import { random } from "../../src/random/generator.ts";

/** Image i has the single pixel i. */
const numbered = (labels: number[]): Split => ({
  images: Uint8Array.from(labels, (_, i) => i),
  labels: Uint16Array.from(labels),
  count: labels.length,
});

test("selected images are copied in the order asked for", () => {
  const split = numbered([5, 6, 7]);
  const part = selectImages(split, [2, 0]);
  expect(part).toEqual({ images: Uint8Array.of(2, 0), labels: Uint16Array.of(7, 5), count: 2 });
  part.images[0] = 99;
  expect(split.images[2]).toBe(2);
  expect(() => selectImages(split, [3])).toThrow("outside 0..2");
});

test("holding out parts the images in two, in their order, the same way for the same stream", () => {
  const split = numbered(Array.from({ length: 50 }, (_, i) => i % 3));
  const { train, heldOut } = holdOut(split, 20, random(0, "test"));
  expect(heldOut.count).toBe(20);
  expect(train.count).toBe(30);
  const ascending = (a: number, b: number) => a - b;
  expect([...heldOut.images]).toEqual([...heldOut.images].sort(ascending));
  expect([...train.images, ...heldOut.images].sort(ascending)).toEqual([...split.images]);
  for (const part of [train, heldOut]) {
    expect([...part.labels]).toEqual([...part.images].map((pixel) => pixel % 3));
  }
  expect(holdOut(split, 20, random(0, "test"))).toEqual({ train, heldOut });
  expect(() => holdOut(split, 50, random(0, "test"))).toThrow("Can hold out 0..49");
});

test("holding out per class takes the same fraction of each and never the last image", () => {
  const split = numbered([...Array(10).fill(0), ...Array(20).fill(1), 2, 3, 3]);
  const { train, heldOut } = holdOutPerClass(split, 0.2, random(0, "test"));
  expect([...heldOut.labels]).toEqual([0, 0, 1, 1, 1, 1, 3]);
  expect(train.count).toBe(26);
  expect([...train.labels]).toContain(2);
  expect(() => holdOutPerClass(split, 1, random(0, "test"))).toThrow("between 0 and 1");
});

test("selected classes are renumbered in the order given, by name or index", () => {
  const dataset: Dataset = {
    name: "letters",
    classes: ["a", "b", "c"],
    shape: [1, 1, 1],
    train: numbered([0, 1, 2, 0, 2]),
    test: numbered([1, 2]),
    normalization: { mean: [0], std: [1] },
  };
  const part = selectClasses(dataset, ["c", 0]);
  expect(part.classes).toEqual(["c", "a"]);
  expect([...part.train.images]).toEqual([0, 2, 3, 4]);
  expect([...part.train.labels]).toEqual([1, 0, 1, 0]);
  expect([...part.test.labels]).toEqual([0]);
  expect([...dataset.train.labels]).toEqual([0, 1, 2, 0, 2]);
  expect(() => selectClasses(dataset, ["d"])).toThrow('no class "d"; it has a, b, c');
  expect(() => selectClasses(dataset, [0, "a"])).toThrow("named twice");
});
