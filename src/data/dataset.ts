import type { Random } from "../random/generator.ts";

/** A data set's training or test half. */
export interface Split {
  /** Pixels [N,C,H,W], row-major, 0..255; may view a SharedArrayBuffer. */
  images: Uint8Array;
  /** Class indices [N]. */
  labels: Uint16Array;
  /** N. */
  count: number;
}

/** Per-channel mean and standard deviation of pixel/255. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** The order in which colour channels stand in the images: pictures turn `bgr` round. By default `rgb`. */
  readonly channels?: "rgb" | "bgr";
}

/** An image that could not be decoded. */
export interface SkippedImage {
  file: string;
  reason: string;
}

export interface Dataset {
  name: string;
  /** Class names; label k means classes[k]. */
  classes: string[];
  /** [channels, height, width] of one image. */
  shape: [number, number, number];
  train: Split;
  test: Split;
  normalization: Normalization;
  /** Where it was read from, for messages. */
  source?: string;
  /** Images that were left out, where some were. */
  skipped?: readonly SkippedImage[];
}

/**
 * Writes a normalised batch: images [n,C,H,W] = (pixel/255 - mean)/std, computed in float64 and
 * rounded once, and one-hot labels [n,K]. Indices may repeat.
 *
 * The table of normalised values is kept per `normalization` object: replace that object, do not
 * change its numbers.
 *
 * @throws RangeError when an array's length, an index or a label does not fit.
 */
export function fillBatch(
  dataset: Pick<Dataset, "name" | "classes" | "shape" | "normalization">,
  split: Split,
  indices: Uint32Array | readonly number[],
  images: Float32Array,
  labels: Float32Array,
): void {
  const [channels, height, width] = dataset.shape;
  const plane = height * width;
  const size = channels * plane;
  const classes = dataset.classes.length;
  const n = indices.length;
  expectLength(images.length, n * size, `images [${n},${channels},${height},${width}]`);
  expectLength(labels.length, n * classes, `labels [${n},${classes}]`);
  expectLength(split.images.length, split.count * size, `split.images of ${split.count} images`);
  expectLength(split.labels.length, split.count, `split.labels of ${split.count} images`);

  const table = normalizationTable(dataset.normalization, channels);
  const pixels = split.images;
  labels.fill(0);
  let to = 0;
  for (let i = 0; i < n; i++) {
    const index = indices[i]!;
    if (!(index >= 0 && index < split.count) || !Number.isInteger(index)) {
      throw new RangeError(
        `Image index ${index} is outside 0..${split.count - 1} of ${dataset.name}.`,
      );
    }
    const label = split.labels[index]!;
    if (label >= classes) {
      throw new RangeError(
        `Image ${index} of ${dataset.name} has label ${label}, but there are ${classes} classes.`,
      );
    }
    labels[i * classes + label] = 1;
    let from = index * size;
    for (let channel = 0; channel < channels; channel++) {
      const row = channel * 256;
      for (const end = from + plane; from < end; from++) images[to++] = table[row + pixels[from]!]!;
    }
  }
}

/**
 * Draws `batchSize` different indices of 0..count-1, every ordered choice equally likely
 * (Fisher-Yates, stopped after batchSize places).
 *
 * @throws RangeError when batchSize is not an integer in 0..count.
 */
export function sampleBatch(
  count: number,
  batchSize: number,
  rng: Pick<Random, "integer">,
): Uint32Array {
  if (!Number.isInteger(batchSize) || batchSize < 0 || batchSize > count) {
    throw new RangeError(
      `A batch without replacement from ${count} images has 0..${count} of them, got ${batchSize}.`,
    );
  }
  const moved = new Map<number, number>();
  const batch = new Uint32Array(batchSize);
  for (let i = 0; i < batchSize; i++) {
    const j = i + rng.integer(count - i);
    batch[i] = moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
  }
  return batch;
}

const tables = new WeakMap<Normalization, Float32Array>();

/** Normalised values [C,256] of every pixel value. */
function normalizationTable(normalization: Normalization, channels: number): Float32Array {
  const known = tables.get(normalization);
  if (known?.length === channels * 256) return known;
  const { mean, std } = normalization;
  if (mean.length !== channels || std.length !== channels) {
    throw new RangeError(
      `Normalization of ${channels} channels needs as many means and stds, ` +
        `got ${mean.length} and ${std.length}.`,
    );
  }
  const table = new Float32Array(channels * 256);
  for (let channel = 0; channel < channels; channel++) {
    const spread = std[channel]!;
    if (!(spread > 0 && Number.isFinite(spread) && Number.isFinite(mean[channel]!))) {
      throw new RangeError(
        `Channel ${channel} has mean ${mean[channel]} and std ${spread}; std must be positive.`,
      );
    }
    for (let pixel = 0; pixel < 256; pixel++) {
      table[channel * 256 + pixel] = (pixel / 255 - mean[channel]!) / spread;
    }
  }
  tables.set(normalization, table);
  return table;
}

function expectLength(got: number, expected: number, what: string): void {
  if (got !== expected) {
    throw new RangeError(`${what}: expected ${expected} elements, got ${got}.`);
  }
}
