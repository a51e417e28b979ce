/** A view of elements, copied out in row-major order. */

/** Elements of `width` bytes; element [i, j, ...] stands at offset + i * strides[0] + j * strides[1] + ... */
export interface StridedView {
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** The view's elements in row-major order; where they stand so already, a view of `bytes`. */
export function rowMajorBytes(
  bytes: Uint8Array,
  width: number,
  { offset, shape, strides }: StridedView,
): Uint8Array {
  const count = shape.reduce((product, length) => product * length, 1);
  if (isRowMajor(shape, strides)) return bytes.subarray(offset * width, (offset + count) * width);
  const out = new Uint8Array(count * width);
  const position = new Array<number>(shape.length).fill(0);
  let from = offset;
  for (let to = 0; to < out.length; to += width) {
    for (let i = 0; i < width; i++) out[to + i] = bytes[from * width + i]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
  return out;
}

/** Strides of axes of length 1 mean nothing. */
function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}
