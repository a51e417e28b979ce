import { type NpyArray, npyNumbers } from "../formats/npy.ts";
import type { Random } from "../random/generator.ts";
import type { Dataset, Split } from "./dataset.ts";
import { meanStd } from "./normalization.ts";
import { holdOutPerClass } from "./subsets.ts";

const imageKeys = (part: string) => [`${part}_images`, `images_${part}`, `x_${part}`, `${part}_x`];
const labelKeys = (part: string) => [`${part}_labels`, `labels_${part}`, `y_${part}`, `${part}_y`];
const accepted = {
  trainImages: imageKeys("train"),
  trainLabels: labelKeys("train"),
  testImages: imageKeys("test"),
  testLabels: labelKeys("test"),
  images: ["images", "x"],
  labels: ["labels", "y", "targets"],
};
const TEST_FRACTION = 0.2;

/** Names of the arrays to read; without test arrays, a fifth of each class becomes the test half. */
export interface ArrayNames {
  train: { images: string; labels: string };
  test?: { images: string; labels: string };
}

/** Order of the axes of images with channels. */
export type ImageLayout = "NHWC" | "NCHW";

/**
 * Finds images and labels among the names of a .npz archive, whatever their case: train_images,
 * images_train, x_train or train_x, labels likewise with labels or y, the same for test; or images
 * (x) and labels (y, targets) alone.
 *
 * @throws Error that lists the accepted names.
 */
export function chooseArrays(names: readonly string[]): ArrayNames {
  const find = (keys: readonly string[]): string | undefined => {
    const found = names.filter((name) => keys.includes(name.toLowerCase()));
    if (found.length > 1) throw new Error(`Arrays ${found.join(" and ")} mean the same; keep one.`);
    return found[0];
  };
  const pair = (images?: string, labels?: string) =>
    images !== undefined && labels !== undefined ? { images, labels } : undefined;
  const train = pair(find(accepted.trainImages), find(accepted.trainLabels));
  const test = pair(find(accepted.testImages), find(accepted.testLabels));
  const whole = pair(find(accepted.images), find(accepted.labels));
  if (train) return test ? { train, test } : { train };
  if (whole && !test) return { train: whole };
  throw new Error(
    `Found the arrays ${names.join(", ") || "(none)"}. Expected one of ` +
      `${accepted.trainImages.join(", ")} and one of ${accepted.trainLabels.join(", ")} ` +
      "(the same with test), or images and labels.",
  );
}

/**
 * A data set of arrays. Images [N,H,W], [N,H,W,C] or [N,C,H,W] with 1 or 3 channels: uint8, or
 * floats in [0,1] or [0,255], which are rounded to 256 levels. Labels [N] or [N,1]: whole numbers
 * from 0. Normalization is that of the training half.
 *
 * @param layout needed only where the shape leaves it open which axis holds the channels.
 * @throws Error for other shapes, dtypes or values.
 */
export function datasetOfArrays(
  name: string,
  arrays: {
    train: { images: NpyArray; labels: NpyArray };
    test?: { images: NpyArray; labels: NpyArray };
  },
  rng: Pick<Random, "integer">,
  layout?: ImageLayout,
): Dataset {
  const { train, test } = arrays;
  const scale = pixelScale(test ? [train.images, test.images] : [train.images]);
  const first = toSplit(train, scale, layout);
  let halves: { train: Split; test: Split };
  if (test) {
    const second = toSplit(test, scale, layout);
    if (second.shape.join() !== first.shape.join()) {
      throw new Error(`Training images are [${first.shape}], test images [${second.shape}].`);
    }
    halves = { train: first.split, test: second.split };
  } else {
    const { train, heldOut } = holdOutPerClass(first.split, TEST_FRACTION, rng);
    halves = { train, test: heldOut };
  }
  const highest = [...halves.train.labels, ...halves.test.labels].reduce(
    (a, b) => Math.max(a, b),
    0,
  );
  return {
    name,
    classes: Array.from({ length: highest + 1 }, (_, label) => String(label)),
    shape: first.shape,
    ...halves,
    normalization: meanStd(halves.train, first.shape[0]),
  };
}

function toSplit(
  { images, labels }: { images: NpyArray; labels: NpyArray },
  scale: number,
  layout?: ImageLayout,
): { split: Split; shape: [number, number, number] } {
  const { shape, channelsLast } = imageShape(images.shape, layout);
  const count = images.shape[0]!;
  if (count === 0) throw new Error(`There are no images in an array of shape [${images.shape}].`);
  const pixels = toPixels(images, scale);
  return {
    split: {
      images: channelsLast ? channelsFirst(pixels, count, shape) : pixels,
      labels: toLabels(labels, count),
      count,
    },
    shape,
  };
}

function imageShape(shape: readonly number[], layout?: ImageLayout) {
  const colour = (length: number | undefined) => length === 1 || length === 3;
  const [, a = 0, b = 0, c = 0] = shape;
  const last = { shape: [c, a, b] as [number, number, number], channelsLast: true };
  const first = { shape: [a, b, c] as [number, number, number], channelsLast: false };
  if (shape.length === 3)
    return { shape: [1, a, b] as [number, number, number], channelsLast: false };
  if (shape.length === 4 && layout === "NHWC" && colour(c)) return last;
  if (shape.length === 4 && layout === "NCHW" && colour(a)) return first;
  if (shape.length === 4 && layout === undefined && colour(a) !== colour(c)) {
    return colour(c) ? last : first;
  }
  if (shape.length === 4 && layout === undefined && colour(a) && colour(c)) {
    throw new Error(`Images [${shape}] could be NHWC or NCHW; say which as layout.`);
  }
  throw new Error(
    `Images must be [N,H,W], [N,H,W,C] or [N,C,H,W] with 1 or 3 channels` +
      `${layout ? ` (${layout} was asked for)` : ""}, got [${shape}].`,
  );
}

/** What to multiply all images by to get 0..255. */
function pixelScale(arrays: readonly NpyArray[]): number {
  if (arrays.every(({ dtype }) => dtype === "u1")) return 1;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const array of arrays) {
    if (!/^f[248]$/.test(array.dtype)) {
      throw new Error(`Images must be uint8 or all of them float, got dtype ${array.dtype}.`);
    }
    for (const value of npyNumbers(array)) {
      if (!Number.isFinite(value)) throw new Error(`Images contain the value ${value}.`);
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
    }
  }
  if (lowest < 0 || highest > 255) {
    throw new Error(`Float images must lie in [0,1] or [0,255], got ${lowest} .. ${highest}.`);
  }
  return highest <= 1 ? 255 : 1;
}

function toPixels(images: NpyArray, scale: number): Uint8Array {
  if (images.dtype === "u1") return images.data as Uint8Array;
  return Uint8Array.from(npyNumbers(images), (value) => Math.round(value * scale));
}

/** [N,H,W,C] to [N,C,H,W]. */
function channelsFirst(
  pixels: Uint8Array,
  count: number,
  [channels, height, width]: readonly [number, number, number],
): Uint8Array {
  if (channels === 1) return pixels;
  const out = new Uint8Array(pixels.length);
  const plane = height * width;
  let to = 0;
  for (let image = 0; image < count; image++) {
    for (let channel = 0; channel < channels; channel++) {
      let from = image * plane * channels + channel;
      for (let i = 0; i < plane; i++, from += channels) out[to++] = pixels[from]!;
    }
  }
  return out;
}

function toLabels(labels: NpyArray, count: number): Uint16Array {
  const { shape } = labels;
  const flat = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  if (!flat || shape[0] !== count) {
    throw new Error(
      `Labels of ${count} images must be [${count}] or [${count},1], got [${shape}].`,
    );
  }
  const out = new Uint16Array(count);
  npyNumbers(labels).forEach((label: number, i: number) => {
    if (!Number.isInteger(label) || label < 0 || label > 65535) {
      throw new Error(`Labels must be whole numbers in 0..65535, got ${label} for image ${i}.`);
    }
    out[i] = label;
  });
  return out;
}
