import { catalogEntry } from "./catalog.ts";
import type { Dataset, Split } from "./dataset.ts";
import { meanStd } from "./normalization.ts";
import { type LabelledDigits, strokeDigits } from "./strokeDigits.ts";

export interface StrokeDigitsOptions {
  seed: number;
  /** Number of training images, 20,000 by default. */
  train?: number;
  /** Number of test images, 4,000 by default. */
  test?: number;
}

/** The embedded stroke digits as a data set, normalised by the statistics of its training images. */
export function strokeDigitsDataset(options: StrokeDigitsOptions): Dataset {
  const entry = catalogEntry("stroke-digits")!;
  const { train, test } = strokeDigits(options);
  const halves = { train: asSplit(train), test: asSplit(test) };
  return {
    name: entry.name,
    classes: [...entry.classes],
    shape: [...entry.shape],
    ...halves,
    normalization: meanStd(halves.train, entry.shape[0]),
    source: `generated from seed ${options.seed}`,
  };
}

const asSplit = ({ images, labels }: LabelledDigits): Split => ({
  images,
  labels: Uint16Array.from(labels),
  count: labels.length,
});
