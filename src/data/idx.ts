import type { Split } from "./dataset.ts";

const UNSIGNED_BYTE = 8;

/** An IDX array of unsigned bytes. */
export interface IdxArray {
  shape: number[];
  /** Row-major; views the file's bytes. */
  data: Uint8Array;
}

/**
 * Reads an (uncompressed) IDX file of unsigned bytes, the format of MNIST.
 *
 * @throws Error when the magic number, the element type or the size is wrong.
 */
export function decodeIdx(bytes: Uint8Array): IdxArray {
  const rank = bytes[3] ?? 0;
  const start = 4 + 4 * rank;
  if (bytes.length < 8 || bytes[0] !== 0 || bytes[1] !== 0 || rank === 0 || bytes.length < start) {
    throw new Error("Not an IDX file: it does not begin with 00 00, a type and a number of axes.");
  }
  if (bytes[2] !== UNSIGNED_BYTE) {
    throw new Error(`IDX element type ${bytes[2]} is not supported; expected 8 (unsigned byte).`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = shape.reduce((product, length) => product * length, 1);
  if (bytes.length - start !== expected) {
    throw new Error(
      `IDX of shape [${shape}] needs ${expected} bytes, got ${bytes.length - start}.`,
    );
  }
  return { shape, data: bytes.subarray(start) };
}

/**
 * Images [N,H,W] and labels [N] of two IDX files as a split of the given [height, width].
 *
 * @throws Error when the two do not belong together or a label is not below `classes`.
 */
export function idxSplit(
  imageFile: Uint8Array,
  labelFile: Uint8Array,
  [height, width]: readonly [number, number],
  classes: number,
): Split {
  const images = decodeIdx(imageFile);
  const labels = decodeIdx(labelFile);
  const [count] = images.shape as [number];
  if (images.shape.length !== 3 || images.shape[1] !== height || images.shape[2] !== width) {
    throw new Error(`IDX images must have shape [N,${height},${width}], got [${images.shape}].`);
  }
  if (labels.shape.length !== 1 || labels.shape[0] !== count) {
    throw new Error(
      `IDX labels must have shape [${count}] like the images, got [${labels.shape}].`,
    );
  }
  const wrong = labels.data.find((label) => label >= classes);
  if (wrong !== undefined)
    throw new Error(`IDX labels must lie in 0..${classes - 1}, got ${wrong}.`);
  return { images: images.data, labels: Uint16Array.from(labels.data), count };
}
