/**
 * The batch-last layout. Images [N,C,H,W] become a matrix [C, H*W*N], or with pixels in blocks of r x r
 * [r*r*C, H/r*W/r*N]: rows in the order (row in block, column in block, channel), columns in the order (row of
 * blocks, column of blocks, image). Shifts by whole blocks move long contiguous runs.
 */
import { add, concat, gather, pad, reshape, slice, transpose } from "../builders/index.ts";
import { sizeOf, type Value } from "../value.ts";

/** Columns of a matrix in this layout. */
export interface Grid {
  readonly height: number;
  readonly width: number;
  readonly n: number;
}

/** [N, C, ...] -> [C, ... * N] by one transpose of a matrix. */
export function moveBatchLast(x: Value): Value {
  const [n, channels, ...rest] = x.shape as [number, number, ...number[]];
  const turned = transpose(reshape(x, [n, channels * sizeOf(rest)]));
  return reshape(turned, [channels, sizeOf(rest) * n]);
}

/** The inverse of `moveBatchLast`, for a result of the given shape. */
export function moveBatchFirst(x: Value, shape: readonly number[]): Value {
  const n = shape[0]!;
  return reshape(transpose(reshape(x, [sizeOf(shape) / n, n])), shape);
}

/** Single pixels [C, H*W*N] to blocks of r, where r divides H and W. */
export function toBlocks(x: Value, { height, width, n }: Grid, r: number): Value {
  if (r === 1) return x;
  const c = x.shape[0]!;
  const [h, w] = [height / r, width / r];
  const apart = reshape(x, [c, h, r, w, r, n]);
  return reshape(transpose(apart, [2, 4, 0, 1, 3, 5]), [r * r * c, h * w * n]);
}

/** Surrounds the single pixels [C, H*W*N] with zeros: `before` and `after` hold rows and columns. */
export function padPixels(
  x: Value,
  { height, width, n }: Grid,
  before: readonly [number, number],
  after: readonly [number, number],
): Value {
  const padded = pad(
    reshape(x, [x.shape[0]!, height, width, n]),
    [0, ...before, 0],
    [0, ...after, 0],
  );
  return reshape(padded, [x.shape[0]!, sizeOf(padded.shape.slice(1))]);
}

/**
 * Everything that each block of outputs sees: blocks of r, [r*r*C, H*W*N], to patches of S x S' blocks,
 * [S*r * S'*r * C, (H-S+1)*(W-S'+1)*N], rows in the order (row in patch, column in patch, channel).
 */
export function patches(
  x: Value,
  { height, width, n }: Grid,
  r: number,
  [down, right]: readonly [number, number],
): Value {
  const [h, w] = [height - down + 1, width - right + 1];
  const shifted = (value: Value, axis: number, shifts: number, size: number, joined: number) =>
    concat(
      Array.from({ length: shifts }, (_, start) =>
        slice(value, [{ axis, start, end: start + size }]),
      ),
      joined,
    );
  const apart = reshape(x, [r, x.shape[0]! / r, height, width, n]);
  const wide = shifted(apart, 3, right, w, 1);
  const whole = shifted(wide, 2, down, h, 0);
  return reshape(whole, [whole.shape[0]! * whole.shape[1]!, h * w * n]);
}

/** x [b*C, ...] plus a number for each of the C channels, the same for all b pixels of a block. */
export function addPerChannel(x: Value, bias: Value, channels: number): Value {
  const pixels = x.shape[0]! / channels;
  const rows = Array.from({ length: pixels * channels }, (_, row) => row % channels);
  const flat = reshape(bias, [channels]);
  const perRow = pixels === 1 ? flat : gather(flat, rows, [rows.length], 0);
  return add(x, reshape(perRow, [rows.length, 1]));
}
