/**
 * Convolutions over blocked channels (nChw8c, nChw16c): the runtime's internal operators, which multiply whole vector
 * registers of channels and reach the speed of matrix products. Images and filters are reordered around each of them;
 * that takes a hundredth of the convolution's time.
 *
 * x [N,C,H,W] in blocks of B channels is stored as [N,C/B,H,W,B], w [M,C,kh,kw] as [M/B,C/B,kh,kw,B,B], inputs before
 * outputs. With fewer than B input channels x stays as it is and w becomes [M/B,C,kh,kw,B].
 */
import type { ConvWindow } from "../../ir/ops.ts";
import { windowOutput } from "../../ir/shapes.ts";
import type { Value } from "../../ir/value.ts";
import type { Emitter } from "./emitter.ts";
import { emitPad, emitSlice } from "./movement.ts";

type FourExtents = [number, number, number, number];
type Product = Value<"conv"> | Value<"convDataGrad"> | Value<"convWeightGrad">;

const DOMAIN = "com.microsoft.nchwc";

/** Gradients of weights keep a part of dy this large in a core's second-level cache (`npm run bench:lowerings`). */
const CACHED_BYTES = 2 ** 19;

/** Whether the blocked operators can compute a convolution or one of its gradients. */
export function canBeBlocked(value: Product, block: number): boolean {
  const { kernel, strides, pads, dilations, group } = value.attrs;
  if (group !== 1) return false;
  const fits = (channels: number) => channels % block === 0;
  const [out, inner] = (
    value.op === "convWeightGrad" ? value.shape : value.inputs[1]!.shape
  ) as FourExtents;
  switch (value.op) {
    case "conv":
      return fits(out) && (fits(inner) || inner < block);
    case "convDataGrad": {
      const reach = (i: number) => (kernel[i % 2]! - 1) * dilations[i % 2]!;
      const within = pads.every((pad, i) => pad <= reach(i));
      return fits(inner) && (fits(out) || out < block) && within && strides.every((s) => s === 1);
    }
    case "convWeightGrad":
      // A kernel of one position leaves nothing to reuse: that gradient is one matrix product.
      return fits(out) && kernel[0] * kernel[1] > 1;
  }
}

/** y = conv(x, w), with a bias [M] where there is one. */
export function emitBlockedConv(
  emit: Emitter,
  { inputs, attrs }: Value<"conv">,
  [x, w, bias]: readonly string[],
  block: number,
): string {
  const [m, c] = inputs[1]!.shape as FourExtents;
  const filters = reorderFilters(emit, w!, inputs[1]!.shape as FourExtents, block);
  const operands = [reorderImages(emit, x!, c, block), filters, ...(bias ? [bias] : [])];
  return reorderBack(emit, convolve(emit, operands, attrs), m);
}

/** dx = conv(dy, w with its kernel turned by 180 degrees and its channels swapped), for strides of one. */
export function emitBlockedDataGrad(
  emit: Emitter,
  { inputs, attrs }: Value<"convDataGrad">,
  dy: string,
  w: string,
  block: number,
): string {
  const [m, c] = inputs[1]!.shape as FourExtents;
  const filters = turnFilters(emit, w, inputs[1]!.shape as FourExtents, block);
  const { kernel, pads, dilations } = attrs;
  const turned = pads.map((pad, i) => (kernel[i % 2]! - 1) * dilations[i % 2]! - pad);
  const operands = [reorderImages(emit, dy, m, block), filters];
  return reorderBack(
    emit,
    convolve(emit, operands, { kernel, dilations, strides: [1, 1], pads: turned }),
    c,
  );
}

/**
 * dw as the convolution of x by dy with batch and channels swapped, strides and dilations swapped, summed over parts of
 * the batch: fewer images than a block has channels, so that x need not be blocked along its batch.
 */
export function emitBlockedWeightGrad(
  emit: Emitter,
  { inputs: [xValue, dyValue], attrs, shape }: Value<"convWeightGrad">,
  x: string,
  dy: string,
  block: number,
): string {
  const { pads, strides, dilations } = attrs;
  const [n, c, h, w] = xValue!.shape as FourExtents;
  const [, , oh, ow] = dyValue!.shape as FourExtents;
  const [m, , kh, kw] = shape as FourExtents;
  const [height, width] = [h + pads[0] + pads[2], w + pads[1] + pads[3]];

  const channelsFirst = emit.node("Transpose", [x], { perm: [1, 0, 2, 3] });
  const padded = emitPad(emit, channelsFirst, [0, 0, pads[0], pads[1]], [0, 0, pads[2], pads[3]]);
  const blocks = [n, m / block, oh * ow * block];
  const cotangent = emit.node("Reshape", [reorderImages(emit, dy, m, block), emit.ints(blocks)]);
  const filters = emit.node("Transpose", [cotangent], { perm: [1, 0, 2] });

  const window = {
    kernel: [oh, ow],
    strides: dilations,
    dilations: strides,
    pads: [0, 0, 0, 0],
  } as const;
  const part = Math.max(1, Math.min(block - 1, Math.floor(CACHED_BYTES / (4 * m * oh * ow))));
  let sum: string | undefined;
  for (let first = 0; first < n; first += part) {
    const count = Math.min(part, n - first);
    const cut = (name: string, extents: readonly number[]) =>
      emitSlice(emit, name, extents, {
        starts: extents.map((_, axis) => (axis === 1 ? first : 0)),
        steps: extents.map(() => 1),
        sizes: extents.with(1, count),
      });
    const images = cut(padded, [c, n, height, width]);
    const partFilters = emit.node("Reshape", [
      cut(filters, [m / block, n, oh * ow * block]),
      emit.ints([m, count, oh, ow]),
    ]);
    sum = convolve(emit, [images, partFilters, ...(sum ? ["", sum] : [])], window);
  }

  // Rows and columns that no full stride reaches leave extra positions behind.
  const made = windowOutput([height, width], window);
  const extents = [c, m / block, ...made, block];
  const kept = emitSlice(emit, emit.node("Reshape", [sum!, emit.ints(extents)]), extents, {
    starts: [0, 0, 0, 0, 0],
    steps: [1, 1, 1, 1, 1],
    sizes: [c, m / block, kh, kw, block],
  });
  const plain = emit.node("Transpose", [kept], { perm: [1, 4, 0, 2, 3] });
  return emit.node("Reshape", [plain, emit.ints(shape)]);
}

const convolve = (
  emit: Emitter,
  operands: readonly string[],
  {
    kernel,
    strides,
    pads,
    dilations,
  }: Omit<ConvWindow, "group" | "pads"> & { pads: readonly number[] },
): string =>
  emit.node("Conv", operands, { kernel_shape: kernel, strides, pads, dilations, group: 1 }, DOMAIN);

/** Images with fewer channels than a block stay as they are. */
const reorderImages = (emit: Emitter, x: string, channels: number, block: number): string =>
  channels < block ? x : emit.node("ReorderInput", [x], {}, DOMAIN);

const reorderBack = (emit: Emitter, y: string, channels: number): string =>
  emit.node("ReorderOutput", [y], { channels }, DOMAIN);

/** w [M,C,kh,kw] as filters from C to M channels. */
function reorderFilters(emit: Emitter, w: string, shape: FourExtents, block: number): string {
  const [m, c, kh, kw] = shape;
  const [outs, ins] = [m / block, c / block];
  const { name } =
    c < block
      ? regroup(emit, w, [outs, block, c, kh, kw], [0, 2, 3, 4, 1])
      : regroup(emit, w, [outs, block, ins, block, kh, kw], [0, 2, 4, 5, 3, 1]);
  return emit.node("Reshape", [name, emit.ints(shape)]);
}

/** w [M,C,kh,kw] as filters from M to C channels, the kernel turned by 180 degrees. */
function turnFilters(emit: Emitter, w: string, [m, c, kh, kw]: FourExtents, block: number): string {
  const [ins, outs] = [m / block, c / block];
  const { name, extents } =
    m < block
      ? regroup(emit, w, [m, outs, block, kh, kw], [1, 0, 3, 4, 2])
      : regroup(emit, w, [ins, block, outs, block, kh, kw], [2, 0, 4, 5, 1, 3]);
  const isTap = (axis: number) => axis === 2 || axis === 3;
  const turned = emitSlice(emit, name, extents, {
    starts: extents.map((extent, axis) => (isTap(axis) ? extent - 1 : 0)),
    steps: extents.map((_, axis) => (isTap(axis) ? -1 : 1)),
    sizes: extents,
  });
  return emit.node("Reshape", [turned, emit.ints([c, m, kh, kw])]);
}

/** Axes taken apart into `apart` and put into another order. */
function regroup(
  emit: Emitter,
  x: string,
  apart: readonly number[],
  perm: readonly number[],
): { readonly name: string; readonly extents: readonly number[] } {
  const name = emit.node("Transpose", [emit.node("Reshape", [x, emit.ints(apart)])], { perm });
  return { name, extents: perm.map((axis) => apart[axis]!) };
}
