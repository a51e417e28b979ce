import { expect, test } from "vitest";
import { Minibatches } from "../../src/distill/minibatches.ts";
import { stripesProblem } from "./stripesProblem.ts";

const task = stripesProblem();
const PIXELS = 64;
const TRAINING_IMAGES = 240;

const stream = (network: number) => ({ seed: 1, network });

/** Sums of the pixels of each image in the batches of an epoch: names of the images, as it were. */
function imagesOf(batches: Minibatches, epoch: number, perEpoch: number): number[] {
  const sums: number[] = [];
  for (let step = epoch * perEpoch; step < (epoch + 1) * perEpoch; step++) {
    const { images, count } = batches.fill(step);
    for (let i = 0; i < count; i++) {
      sums.push(images.subarray(i * PIXELS, (i + 1) * PIXELS).reduce((sum, x) => sum + x, 0));
    }
  }
  return sums;
}

test("an epoch has every image once, the last batch what is left", () => {
  const batches = new Minibatches(task, 100, stream(0));
  expect([0, 1, 2].map((step) => batches.fill(step).count)).toEqual([100, 100, 40]);
  const { images, labels } = batches.fill(2);
  expect([images.length, labels.length]).toEqual([40 * PIXELS, 40 * 3]);
  const seen = imagesOf(batches, 0, 3);
  expect(new Set(seen).size).toBe(TRAINING_IMAGES);
  expect([...seen].sort()).toEqual([...imagesOf(batches, 1, 3)].sort());
});

test("the order depends on seed, network and epoch", () => {
  const first = imagesOf(new Minibatches(task, 100, stream(0)), 0, 3);
  expect(imagesOf(new Minibatches(task, 60, stream(0)), 0, 4)).toEqual(first);
  expect(imagesOf(new Minibatches(task, 100, stream(0)), 1, 3)).not.toEqual(first);
  expect(imagesOf(new Minibatches(task, 100, stream(1)), 0, 3)).not.toEqual(first);
  expect(imagesOf(new Minibatches(task, 100, { seed: 2, network: 0 }), 0, 3)).not.toEqual(first);
});

test("a batch larger than the data is all of it", () => {
  expect(new Minibatches(task, 1000, stream(0)).fill(3).count).toBe(TRAINING_IMAGES);
});
