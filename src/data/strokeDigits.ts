import { random } from "../random/generator.ts";
import { writeDigit } from "./strokeDigits/handwriting.ts";
import { drawPaths, IMAGE_SIZE } from "./strokeDigits/pen.ts";

/** Images [N, 1, 28, 28], ink 255 on paper 0, with their classes [N]. */
export interface LabelledDigits {
  images: Uint8Array;
  labels: Uint8Array;
}

/**
 * Stroke digits: an embedded data set of handwriting, drawn from hand-made pen strokes and
 * normalised like MNIST's digits. It needs no download and is the same in Node and in browsers.
 *
 * Image i of a split depends on (seed, split, i) alone, so that a smaller set is the beginning of
 * a larger one. Every ten successive images hold each digit once, in random order. Drawing 10,000
 * images takes about a second. Throws a RangeError if a count is not a natural number.
 */
export function strokeDigits({
  seed,
  train = 20000,
  test = 4000,
}: {
  seed: number;
  train?: number;
  test?: number;
}): { train: LabelledDigits; test: LabelledDigits } {
  return { train: drawSplit(seed, "train", train), test: drawSplit(seed, "test", test) };
}

function drawSplit(seed: number, split: "train" | "test", count: number): LabelledDigits {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`strokeDigits expects a natural number of ${split} images, got ${count}.`);
  }
  const pixels = IMAGE_SIZE * IMAGE_SIZE;
  const images = new Uint8Array(count * pixels);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    if (i % 10 === 0) {
      const order = random(seed, `stroke digits, order of ${split}`, i / 10).permutation(10);
      labels.set(order.subarray(0, count - i), i);
    }
    const rng = random(seed, `stroke digits, ${split}`, i);
    drawPaths(writeDigit(labels[i]!, rng), rng, images.subarray(i * pixels, (i + 1) * pixels));
  }
  return { images, labels };
}
