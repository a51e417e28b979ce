/**
 * Convolution and non-overlapping max-pooling as matrix products over blocks.
 *
 * A convolution with stride 1 is computed for blocks of R x R output pixels at once: each block sees a patch of
 * S x S input blocks of the same size, S = ceil((R + k - 1) / R). The patches are shifted copies of the blocked
 * input, and the weights are spread over them, with zeros where an output pixel does not reach. That multiplies
 * more zeros the larger R is, but moves fewer numbers: a pixel is copied S*S times instead of k*k.
 *
 * Where a p x p max-pool follows, the R*R output pixels hold the p*p candidates of every window as separate rows,
 * so that pooling is a maximum of matrices.
 */
import { firstMax, gatherOrZero, matmul, reshape, split } from "../builders/index.ts";
import type { Value } from "../value.ts";
import { type Grid, patches } from "./blocks.ts";

/** Output pixels of one product, and what becomes of them. */
export interface Blocking {
  /** R: extent of a block of output pixels; the pooled blocks have extent r = R / p. */
  readonly block: number;
  /** p: extent of the max-pool window that follows; 1 without pooling. */
  readonly pool: number;
}

/** S: blocks that the patch of one block of outputs spans in one direction. */
export const patchBlocks = (block: number, kernel: number): number =>
  Math.ceil((block + kernel - 1) / block);

/** Multiplications over blocks for each one that a convolution needs. */
export const inflation = (block: number, [kh, kw]: readonly [number, number]): number =>
  (block * patchBlocks(block, kh) * block * patchBlocks(block, kw)) / (kh * kw);

/**
 * x in blocks of R over a grid of H x W blocks, weight [M,C,kh,kw] -> [r*r*M, (H-S+1)*(W-S+1)*N], blocks of
 * r = R/p: the convolution of x, max-pooled by p (the first maximum of a window wins).
 */
export function blockedConvolution(
  x: Value,
  grid: Grid,
  weight: Value,
  { block, pool }: Blocking,
): Value {
  const [, , kh, kw] = weight.shape as [number, number, number, number];
  const spans = [patchBlocks(block, kh), patchBlocks(block, kw)] as const;
  const products = matmul(
    spreadWeight(weight, { block, pool }, spans),
    patches(x, grid, block, spans),
  );
  const candidates = products.shape[0]! / pool ** 2;
  return maximumOf(split(products, new Array(pool ** 2).fill(candidates)));
}

/**
 * weight [M,C,kh,kw] -> [R*R*M, S*R*S*R*C]. Rows are output pixels in the order (position in the pooling window,
 * window in the block, output channel), columns the entries of a patch.
 */
function spreadWeight(
  weight: Value,
  { block, pool }: Blocking,
  spans: readonly [number, number],
): Value {
  const [m, c, kh, kw] = weight.shape as [number, number, number, number];
  const outputs = pixelsOf(pool, pool).flatMap(([py, px]) =>
    pixelsOf(block / pool, block / pool).map(([y, x]) => [y * pool + py, x * pool + px] as const),
  );
  const inputs = pixelsOf(spans[0] * block, spans[1] * block);
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

/** Pixels [y, x], row by row. */
const pixelsOf = (height: number, width: number): [number, number][] =>
  Array.from({ length: height * width }, (_, i) => [Math.floor(i / width), i % width]);

/** Elementwise maximum of values in order; where several are largest, the first receives the derivative. */
function maximumOf(candidates: readonly Value[]): Value {
  if (candidates.length === 1) return candidates[0]!;
  const middle = Math.ceil(candidates.length / 2);
  return firstMax(maximumOf(candidates.slice(0, middle)), maximumOf(candidates.slice(middle)));
}
