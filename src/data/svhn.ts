import { decodeMat, type MatArray } from "../formats/mat.ts";
import type { Split } from "./dataset.ts";

const SIDE = 32;
const PLANE = SIDE * SIDE;
const PIXELS = 3 * PLANE;

/**
 * Reads the cropped digits of Street View House Numbers (train_32x32.mat, test_32x32.mat): images X
 * [32,32,3,N] of uint8 and labels y [N,1] from 1 to 10, where 10 means the digit 0. MATLAB's
 * column-major order is turned into rows in place, image by image.
 *
 * @throws Error when the file is no MAT-file of level 5, or X or y is missing or of another kind.
 */
export async function decodeSvhn(file: Uint8Array): Promise<Split> {
  const arrays = await decodeMat(file);
  const x = arrays.get("X");
  const y = arrays.get("y");
  if (!x || !y) {
    const names = [...arrays.keys()].join(", ") || "none";
    throw new Error(`SVHN needs the numeric arrays X and y; the file has ${names}.`);
  }
  const images = pixelsOf(x);
  const count = images.length / PIXELS;
  if (y.data.length !== count) {
    throw new Error(`SVHN has ${count} images in X, but ${y.data.length} labels in y.`);
  }
  const labels = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const label = y.data[i]!;
    if (!Number.isInteger(label) || label < 1 || label > 10) {
      throw new Error(
        `SVHN labels must be 1..10 (10 is the digit 0), got ${label} for image ${i}.`,
      );
    }
    labels[i] = label % 10;
  }
  rowsFirst(images);
  return { images, labels, count };
}

/** MATLAB leaves out a last axis of length 1: a single image is [32,32,3]. */
function pixelsOf({ shape, data }: MatArray): Uint8Array {
  const [height, width, channels, count = 1] = shape;
  const fits = height === SIDE && width === SIDE && channels === 3 && shape.length <= 4;
  if (!fits || count < 1 || !(data instanceof Uint8Array)) {
    throw new Error(
      `SVHN images X must be uint8 [32,32,3,N], got ${data.constructor.name} [${shape}].`,
    );
  }
  return data;
}

/** Turns every plane, stored column by column, into rows. */
function rowsFirst(images: Uint8Array): void {
  for (let start = 0; start < images.length; start += PLANE) {
    for (let y = 1; y < SIDE; y++) {
      for (let x = 0; x < y; x++) {
        const below = start + y * SIDE + x;
        const above = start + x * SIDE + y;
        const pixel = images[below]!;
        images[below] = images[above]!;
        images[above] = pixel;
      }
    }
  }
}
