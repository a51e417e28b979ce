/** A data set in another one's form, so that networks for the one can read the other. */
import type { Dataset, Normalization, Split } from "./dataset.ts";
import { meanStd } from "./normalization.ts";
import { resizeBicubic } from "./resize.ts";

type Shape = readonly [channels: number, height: number, width: number];

/**
 * The same images and labels as [channels, height, width]: grey becomes colour by repetition, colour
 * grey by the luma of ITU-R BT.601, and sizes change as in `resizeBicubic`.
 *
 * Normalization stays the data set's own: resizing keeps it, grey to colour repeats it, and colour
 * to grey takes that of the grey training images. Returns the data set itself where the shape is
 * already right, and never changes its arrays.
 *
 * @throws RangeError unless both shapes have 1 or 3 channels and positive sizes.
 */
export function convertDataset(
  dataset: Dataset,
  shape: readonly [number, number, number],
): Dataset {
  const from = dataset.shape;
  if (from.every((length, axis) => length === shape[axis])) return dataset;
  for (const channels of [from[0], shape[0]]) {
    if (channels !== 1 && channels !== 3) {
      throw new RangeError(
        `Cannot convert ${dataset.name} from [${from}] to [${shape}]: images have 1 or 3 channels, not ${channels}.`,
      );
    }
  }
  const train = convertSplit(dataset.train, from, shape);
  return {
    ...dataset,
    shape: [...shape],
    train,
    test: convertSplit(dataset.test, from, shape),
    normalization: convertNormalization(dataset.normalization, train, from[0], shape[0]),
  };
}

/** Colours are mixed before resizing and repeated after it: the work is done on one plane. */
function convertSplit(split: Split, from: Shape, to: Shape): Split {
  const { labels, count } = split;
  const [channels, height, width] = from;
  const plane = height * width;
  const grey = channels === 3 && to[0] === 1 ? luma(split.images, plane) : split.images;
  const resized = resizeBicubic(grey, [height, width], [to[1], to[2]]);
  const images = channels === 1 && to[0] === 3 ? repeatPlanes(resized, to[1] * to[2]) : resized;
  return { images, labels, count };
}

/** Planes [N,3,H,W] to [N,1,H,W]: 0.299 R + 0.587 G + 0.114 B in units of 2^-16, as in Pillow. */
function luma(pixels: Uint8Array, plane: number): Uint8Array {
  const out = new Uint8Array(pixels.length / 3);
  for (let from = 0, to = 0; to < out.length; from += 2 * plane) {
    for (const end = from + plane; from < end; from++) {
      const red = pixels[from]! * 19595;
      const green = pixels[from + plane]! * 38470;
      const blue = pixels[from + 2 * plane]! * 7471;
      out[to++] = (red + green + blue + 0x8000) >> 16;
    }
  }
  return out;
}

function repeatPlanes(pixels: Uint8Array, plane: number): Uint8Array {
  const out = new Uint8Array(pixels.length * 3);
  for (let from = 0; from < pixels.length; from += plane) {
    const image = pixels.subarray(from, from + plane);
    for (let channel = 0; channel < 3; channel++) out.set(image, from * 3 + channel * plane);
  }
  return out;
}

function convertNormalization(
  normalization: Normalization,
  train: Split,
  from: number,
  to: number,
): Normalization {
  if (from === to) return normalization;
  if (to === 1) return meanStd(train, 1);
  const repeat = ([value]: readonly number[]) => [value!, value!, value!];
  return { mean: repeat(normalization.mean), std: repeat(normalization.std) };
}
