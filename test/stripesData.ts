/** A data set that a network learns in a moment: three classes of 8 x 8 noise with a bright stripe. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Dataset, Split } from "../src/data/dataset.ts";
import { meanStd } from "../src/data/normalization.ts";
import type { Recipe } from "../src/distill/recipe.ts";
import type { NpyArray } from "../src/formats/npy.ts";
import { encodeNpz } from "../src/formats/npz.ts";
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

/** One step from known weights of a fully connected network. */
export const stripesRecipe: Recipe = {
  name: "stripes",
  description: "Three images that teach a small network stripes",
  data: "stripes.npz",
  imageSize: null,
  augmentation: "none",
  network: "mlp",
  objective: { kind: "distil" },
  loss: "auto",
  initialization: "fixed",
  initializer: { kind: "xavier_normal" },
  steps: 1,
  epochs: 1,
  imagesPerClass: 1,
  images: "noise",
  labels: "hard",
  learningRate: { initial: 0.5, learned: true, outerFactor: 1 },
  outer: {
    iterations: 20,
    batch: 32,
    networks: 1,
    rate: 0.1,
    betas: [0.5, 0.999],
    epsilon: 1e-8,
    schedule: { kind: "cosine" },
    clip: { decay: 0.9 },
  },
  evaluation: { every: 10, heldOut: 40, networks: 2, testNetworks: 3 },
  seed: 1,
};

/** Writes stripes.npz and the recipe stripes.json into a folder. */
export function writeStripes(folder: string, { train, test } = stripes()): void {
  const arrays = new Map<string, NpyArray>();
  for (const [part, { images, labels, count }] of Object.entries({ train, test })) {
    arrays.set(`x_${part}`, { dtype: "u1", shape: [count, 8, 8], data: images });
    arrays.set(`y_${part}`, { dtype: "u2", shape: [count], data: labels });
  }
  writeFileSync(join(folder, "stripes.npz"), encodeNpz(arrays));
  writeFileSync(join(folder, "stripes.json"), JSON.stringify(stripesRecipe));
}
