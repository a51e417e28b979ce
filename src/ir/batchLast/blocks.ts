/**
 * The batch-last layout. Images [N,C,H,W] are kept as [C,H,W,N], or in blocks of r x r pixels as
 * [r*r*C, H/r, W/r, N] with rows in the order (row in block, column in block, channel). Shifts by whole blocks
 * then move long contiguous runs, and a convolution is one matrix product over few patches.
 */
import { pad, reshape, transpose } from "../builders/index.ts";
import { sizeOf, type Value } from "../value.ts";

/** [N, ...] -> [..., N] by one transpose of a matrix. */
export function moveBatchLast(x: Value): Value {
  const [n, ...rest] = x.shape as [number, ...number[]];
  return reshape(transpose(reshape(x, [n, sizeOf(rest)])), [...rest, n]);
}

/** [..., N] -> [N, ...] by one transpose of a matrix. */
export function moveBatchFirst(x: Value): Value {
  const rest = x.shape.slice(0, -1);
  const n = x.shape.at(-1)!;
  return reshape(transpose(reshape(x, [sizeOf(rest), n])), [n, ...rest]);
}

/** [C,H,W,N] -> [r*r*C, H/r, W/r, N], where r divides H and W. */
export function toBlocks(x: Value, r: number): Value {
  if (r === 1) return x;
  const [c, h, w, n] = x.shape as [number, number, number, number];
  const apart = reshape(x, [c, h / r, r, w / r, r, n]);
  return reshape(transpose(apart, [2, 4, 0, 1, 3, 5]), [r * r * c, h / r, w / r, n]);
}

/** Surrounds [C,H,W,N] with zeros: `before` and `after` hold rows and columns. */
export const padSpatial = (
  x: Value,
  before: readonly [number, number],
  after: readonly [number, number],
): Value => pad(x, [0, ...before, 0], [0, ...after, 0]);
