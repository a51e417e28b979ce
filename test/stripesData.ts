/** A data set that a network learns in a moment: three classes of 8 x 8 noise with a bright stripe. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Dataset, Split } from "../src/data/dataset.ts";
import { encodeNpz } from "../src/data/formats/npz.ts";
import { meanStd } from "../src/data/normalization.ts";
import { random } from "../src/random/generator.ts";

export const stripesShape: [number, number, number] = [1, 8, 8];
const CLASSES = 3;
const PIXELS = 64;

/** The classes in turn. */
export function stripesSplit(count: number, seed: number): Split {
  const stream = random(seed, "stripes");
  const images = new Uint8Array(count * PIXELS);
  const labels = Uint16Array.from({ length: count }, (_, i) => i % CLASSES);
  for (let i = 0; i < images.length; i++) {
    const row = Math.floor((i % PIXELS) / 8);
    const bright = Math.floor((row * CLASSES) / 8) === labels[Math.floor(i / PIXELS)];
    images[i] = stream.integer(150) + (bright ? 80 : 0);
  }
  return { images, labels, count };
}

export function stripes(train = 240, test = 90): Dataset {
  const split = stripesSplit(train, 1);
  return {
    name: "stripes",
    classes: ["0", "1", "2"],
    shape: stripesShape,
    train: split,
    test: stripesSplit(test, 2),
    normalization: meanStd(split, 1),
  };
}

/** Writes stripes.npz into a folder; its path. */
export function writeStripes(folder: string): string {
  const { train, test } = stripes();
  const path = join(folder, "stripes.npz");
  const images = ({ images, count }: Split) =>
    ({ dtype: "u1", shape: [count, 8, 8], data: images }) as const;
  const labels = ({ labels, count }: Split) =>
    ({ dtype: "u2", shape: [count], data: labels }) as const;
  const arrays = {
    x_train: images(train),
    y_train: labels(train),
    x_test: images(test),
    y_test: labels(test),
  };
  writeFileSync(
    path,
    encodeNpz(
      new Map(Object.entries(arrays).map(([name, a]) => [name, { ...a, shape: [...a.shape] }])),
    ),
  );
  return path;
}
