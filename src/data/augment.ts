/** Random changes to real images that leave their class alone. */
import type { Random } from "../random/generator.ts";

/** Pixels by which images are padded before they are cropped. */
export const CROP_PADDING = 4;

/**
 * Crops and flips a batch [n,C,H,W] in place, as is usual for CIFAR-10: each image is padded by
 * reflection with 4 pixels on every side, cropped to its size at a random place, and mirrored left
 * to right half the time. All channels of an image move together.
 *
 * @throws RangeError when images are too small to be reflected, or the batch is not whole.
 */
export function cropAndFlip(
  images: Float32Array,
  [channels, height, width]: readonly [number, number, number],
  rng: Pick<Random, "integer">,
): void {
  const plane = height * width;
  if (Math.min(height, width) <= CROP_PADDING) {
    throw new RangeError(
      `Images padded by reflecting ${CROP_PADDING} pixels must be larger than that, got ${height}x${width}.`,
    );
  }
  if (images.length % (channels * plane) !== 0) {
    throw new RangeError(
      `${images.length} values are no batch of [${channels},${height},${width}].`,
    );
  }
  const original = new Float32Array(plane);
  const rows = new Uint32Array(height);
  const columns = new Uint32Array(width);
  for (let at = 0; at < images.length; ) {
    const top = rng.integer(2 * CROP_PADDING + 1) - CROP_PADDING;
    const left = rng.integer(2 * CROP_PADDING + 1) - CROP_PADDING;
    const mirrored = rng.integer(2) === 1;
    for (let y = 0; y < height; y++) rows[y] = reflect(y + top, height) * width;
    for (let x = 0; x < width; x++) {
      columns[x] = reflect((mirrored ? width - 1 - x : x) + left, width);
    }
    for (let channel = 0; channel < channels; channel++) {
      original.set(images.subarray(at, at + plane));
      for (let y = 0; y < height; y++) {
        const row = rows[y]!;
        for (let x = 0; x < width; x++) images[at++] = original[row + columns[x]!]!;
      }
    }
  }
}

/** The position that a mirror at both borders shows; the border itself is not repeated. */
function reflect(position: number, size: number): number {
  if (position < 0) return -position;
  return position < size ? position : 2 * (size - 1) - position;
}
