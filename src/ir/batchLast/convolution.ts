/**
 * Convolution and non-overlapping max-pooling as matrix products over blocks.
 *
 * A convolution with stride 1 is computed for blocks of R x R output pixels at once: each block sees a patch of
 * S x S input blocks of the same size, S = ceil((R + k - 1) / R). The patches are S*S shifted copies of the
 * blocked input, and the weights are spread over them, with zeros where an output pixel does not reach. That
 * multiplies more zeros the larger R is, but moves fewer numbers: a pixel is copied S*S times instead of k*k.
 *
 * Where a p x p max-pool follows, the R*R output pixels hold the p*p candidates of every window as separate rows,
 * so that pooling is a maximum of matrices.
 */
import {
  concat,
  gatherOrZero,
  greater,
  matmul,
  reshape,
  slice,
  split,
  where,
} from "../builders/index.ts";
import type { Value } from "../value.ts";

/** Output pixels of one product, and what becomes of them. */
export interface Blocking {
  /** R: extent of a block of output pixels, p times r. */
  readonly block: number;
  /** p: extent of the max-pool window that follows; 1 without pooling. */
  readonly pool: number;
}

/** S: blocks that the patch of one block of outputs spans in each direction. */
export const patchBlocks = (block: number, kernel: number): number =>
  Math.ceil((block + kernel - 1) / block);

/** Multiplications over blocks for each one that a convolution needs. */
export const inflation = (block: number, [kh, kw]: readonly [number, number]): number =>
  (block * patchBlocks(block, kh) * block * patchBlocks(block, kw)) / (kh * kw);

/**
 * x [R*R*C, h+S-1, w+S-1, N] in blocks of R, weight [M,C,kh,kw] -> [r*r*M, h, w, N] in blocks of r = R/p:
 * the convolution of x, max-pooled by p (the first maximum of a window wins).
 */
export function blockedConvolution(x: Value, weight: Value, { block, pool }: Blocking): Value {
  const [m, , kh, kw] = weight.shape as [number, number, number, number];
  const spans = [patchBlocks(block, kh), patchBlocks(block, kw)] as const;
  const [rows, height, width, n] = x.shape as [number, number, number, number];
  const [h, w] = [height - spans[0] + 1, width - spans[1] + 1];
  const patches = concat(
    Array.from({ length: spans[0] * spans[1] }, (_, shift) => {
      const [down, right] = [Math.floor(shift / spans[1]), shift % spans[1]];
      return slice(x, [
        { axis: 1, start: down, end: down + h },
        { axis: 2, start: right, end: right + w },
      ]);
    }),
    0,
  );
  const columns = reshape(patches, [spans[0] * spans[1] * rows, h * w * n]);
  const products = matmul(spreadWeight(weight, { block, pool }, spans), columns);
  const candidates = products.shape[0]! / pool ** 2;
  const pooled = firstMaximum(split(products, new Array(pool ** 2).fill(candidates)));
  return reshape(pooled, [(block / pool) ** 2 * m, h, w, n]);
}

/**
 * weight [M,C,kh,kw] -> [R*R*M, S*S*R*R*C]. Rows are output pixels in the order (position in the pooling window,
 * window in the block, output channel), columns input pixels in the order (input block, pixel in block, channel).
 */
function spreadWeight(
  weight: Value,
  { block, pool }: Blocking,
  spans: readonly [number, number],
): Value {
  const [m, c, kh, kw] = weight.shape as [number, number, number, number];
  const windows = block / pool;
  const square = (extent: number): [number, number][] =>
    Array.from({ length: extent ** 2 }, (_, i) => [Math.floor(i / extent), i % extent]);
  const outputs = square(pool).flatMap(([py, px]) =>
    square(windows).map(([wy, wx]) => [wy * pool + py, wx * pool + px] as const),
  );
  const inputs = Array.from({ length: spans[0] * spans[1] }, (_, shift) => [
    Math.floor(shift / spans[1]) * block,
    (shift % spans[1]) * block,
  ]).flatMap(([top, left]) => square(block).map(([y, x]) => [top! + y, left! + x] as const));
  const indices: (number | undefined)[] = [];
  for (const [oy, ox] of outputs) {
    for (let filter = 0; filter < m; filter++) {
      for (const [iy, ix] of inputs) {
        const [ky, kx] = [iy - oy, ix - ox];
        const reached = ky >= 0 && ky < kh && kx >= 0 && kx < kw;
        for (let channel = 0; channel < c; channel++) {
          indices.push(reached ? ((filter * c + channel) * kh + ky) * kw + kx : undefined);
        }
      }
    }
  }
  return gatherOrZero(reshape(weight, [-1]), indices, [outputs.length * m, inputs.length * c], 0);
}

/** Elementwise maximum of values in order; where several are largest, the first receives the derivative. */
export function firstMaximum(candidates: readonly Value[]): Value {
  if (candidates.length === 1) return candidates[0]!;
  const middle = Math.ceil(candidates.length / 2);
  const first = firstMaximum(candidates.slice(0, middle));
  const later = firstMaximum(candidates.slice(middle));
  return where(greater(later, first), later, first);
}
