/** Two ways to lower the gradient of a convolution with respect to its weights, and the choice between them. */
import { windowOutput } from "../../ir/shapes.ts";
import type { Value } from "../../ir/value.ts";
import { emitConvolution, type FourExtents } from "./convolution.ts";
import type { Emitter } from "./emitter.ts";
import type { Target } from "./lowering.ts";
import { emitPad, emitSlice } from "./movement.ts";

/**
 * From this many channels on both sides a matrix product per kernel position is faster than a convolution with as few
 * outputs as the kernel has positions, unless these are many (`npm run bench:lowerings`).
 */
const WIDE = 32;
const MOST_TAPS = 25;

export function isFasterByTaps({ attrs, shape }: Value<"convWeightGrad">): boolean {
  const [m, c, kh, kw] = shape as FourExtents;
  return attrs.group === 1 && Math.min(m, c) >= WIDE && kh * kw <= MOST_TAPS;
}

/**
 * dw is the convolution of x by dy with batch and channels swapped, strides and dilations swapped:
 * dw[m,c,u,v] = sum_{n,i,j} x[n,c,i*s+u*d-p,...] dy[n,m,i,j].
 */
export function emitByConvolution(
  emit: Emitter,
  { inputs: [xValue, dyValue], attrs, shape }: Value<"convWeightGrad">,
  x: string,
  dy: string,
  target: Target,
): string {
  const { group } = attrs;
  const [n, c, h, w] = xValue!.shape as FourExtents;
  const [m, , kh, kw] = shape as FourExtents;
  const perGroup = c / group;
  const images =
    group === 1
      ? swapFirstTwo(emit, x)
      : emit.node("Reshape", [
          emit.node(
            "Transpose",
            [emit.node("Reshape", [x, emit.ints([n, group, perGroup, h, w])])],
            {
              perm: [2, 1, 0, 3, 4],
            },
          ),
          emit.ints([perGroup, group * n, h, w]),
        ]);
  const [, , oh, ow] = dyValue!.shape as FourExtents;
  const correlated = emitConvolution(
    emit,
    target,
    {
      x: images,
      xShape: [perGroup, group * n, h, w],
      w: swapFirstTwo(emit, dy),
      wShape: [m, n, oh, ow],
    },
    { strides: attrs.dilations, dilations: attrs.strides, pads: attrs.pads, group },
  );
  // Rows and columns that no full stride reaches leave extra positions behind.
  const made = windowOutput([h, w], {
    kernel: [oh, ow],
    strides: attrs.dilations,
    dilations: attrs.strides,
    pads: attrs.pads,
  });
  const cropped = emitSlice(emit, correlated, [perGroup, m, ...made], {
    starts: [0, 0, 0, 0],
    steps: [1, 1, 1, 1],
    sizes: [perGroup, m, kh, kw],
  });
  return swapFirstTwo(emit, cropped);
}

/**
 * dw[:,:,u,v] = dy x_uv^T for the entries x_uv that kernel position (u, v) sees, each [C, oh*ow*N] with the batch last:
 * slices then copy long runs. One group only.
 */
export function emitByTaps(
  emit: Emitter,
  { inputs: [xValue, dyValue], attrs, shape }: Value<"convWeightGrad">,
  x: string,
  dy: string,
): string {
  const { pads, strides, dilations } = attrs;
  const [n, c, h, w] = xValue!.shape as FourExtents;
  const [, , oh, ow] = dyValue!.shape as FourExtents;
  const [m, , kh, kw] = shape as FourExtents;
  const batchLast = (name: string) => emit.node("Transpose", [name], { perm: [1, 2, 3, 0] });
  const matrix = (name: string, rows: number) =>
    emit.node("Reshape", [name, emit.ints([rows, oh * ow * n])]);
  const padded = [c, h + pads[0] + pads[2], w + pads[1] + pads[3], n];
  const source = emitPad(emit, batchLast(x), [0, pads[0], pads[1], 0], [0, pads[2], pads[3], 0]);
  const cotangent = matrix(batchLast(dy), m);
  const taps = Array.from({ length: kh * kw }, (_, tap) => {
    const seen = emitSlice(emit, source, padded, {
      starts: [0, Math.floor(tap / kw) * dilations[0], (tap % kw) * dilations[1], 0],
      steps: [1, strides[0], strides[1], 1],
      sizes: [c, oh, ow, n],
    });
    const product = emit.node("Gemm", [cotangent, matrix(seen, c)], { transA: 0, transB: 1 });
    return emit.node("Reshape", [product, emit.ints([1, m * c])]);
  });
  const stacked = taps.length === 1 ? taps[0]! : emit.node("Concat", taps, { axis: 0 });
  const turned = emit.node("Transpose", [stacked], { perm: [1, 0] });
  return emit.node("Reshape", [turned, emit.ints(shape)]);
}

const swapFirstTwo = (emit: Emitter, x: string): string =>
  emit.node("Transpose", [x], { perm: [1, 0, 2, 3] });
