/** One Conv node or, where a provider's kernel is wrong for it, nodes that all of them compute alike. */
import type { ConvWindow } from "../../ir/ops.ts";
import type { Emitter } from "./emitter.ts";
import type { Target } from "./lowering.ts";
import { emitPad, emitSlice } from "./movement.ts";

export type FourExtents = readonly [number, number, number, number];

/** x [N,C,H,W] and w [M,C/group,kh,kw], with a bias [M] where there is one, by their names in ONNX. */
export interface ConvolutionOperands {
  readonly x: string;
  readonly xShape: FourExtents;
  readonly w: string;
  readonly wShape: FourExtents;
  readonly bias?: string;
}

export type ConvolutionWindow = Pick<ConvWindow, "strides" | "pads" | "dilations" | "group">;

/** y = conv(x, w) + bias. */
export function emitConvolution(
  emit: Emitter,
  target: Target,
  operands: ConvolutionOperands,
  window: ConvolutionWindow,
): string {
  if (target === "portable") {
    if (mixesChannels(operands)) return emitWithEvenChannels(emit, operands, window);
    if (mixesGroups(operands, window)) return emitByGroups(emit, operands, window);
  }
  const { x, w, bias, wShape } = operands;
  return emit.node("Conv", [x, w, ...(bias === undefined ? [] : [bias])], {
    kernel_shape: [wShape[2], wShape[3]],
    strides: window.strides,
    pads: window.pads,
    dilations: window.dilations,
    group: window.group,
  });
}

/**
 * ONNX Runtime 1.30 on WebGPU reads three channels at a time where their number is a multiple of three and that of the
 * outputs one of four, and takes all but the first three from the wrong place.
 */
const mixesChannels = ({
  xShape: [, channels],
  wShape: [outputs, perGroup],
}: Pick<ConvolutionOperands, "xShape" | "wShape">): boolean =>
  channels === perGroup &&
  channels > 3 &&
  channels % 3 === 0 &&
  channels % 4 !== 0 &&
  outputs % 4 === 0;

/**
 * ONNX Runtime 1.30 on WebGPU computes 4 (or 2) neighbouring outputs at a time where 4 (or 2) divides their number,
 * from one group's inputs even where a group ends in between. It does so with four outputs in a group or more.
 */
function mixesGroups(
  { wShape: [outputs] }: Pick<ConvolutionOperands, "wShape">,
  { group }: Pick<ConvolutionWindow, "group">,
): boolean {
  const perGroup = outputs / group;
  const together = [4, 2, 1].find((count) => outputs % count === 0)!;
  return group > 1 && perGroup >= 4 && perGroup % together !== 0;
}

/** The same with channels of zeros, up to a multiple of four. */
function emitWithEvenChannels(
  emit: Emitter,
  { x, xShape, w, wShape, bias }: ConvolutionOperands,
  window: ConvolutionWindow,
): string {
  const more = 4 - (xShape[1] % 4);
  const widened = (name: string) => emitPad(emit, name, [0, 0, 0, 0], [0, more, 0, 0]);
  const channels = xShape[1] + more;
  const operands = {
    x: widened(x),
    xShape: xShape.with(1, channels) as unknown as FourExtents,
    w: widened(w),
    wShape: wShape.with(1, channels) as unknown as FourExtents,
    bias,
  };
  return emitConvolution(emit, "portable", operands, window);
}

/** A convolution of its own for each group. */
function emitByGroups(
  emit: Emitter,
  { x, xShape, w, wShape, bias }: ConvolutionOperands,
  window: ConvolutionWindow,
): string {
  const { group } = window;
  const part = (name: string, shape: readonly number[], axis: number, g: number): string => {
    const size = shape[axis]! / group;
    return emitSlice(emit, name, shape, {
      starts: shape.map((_, i) => (i === axis ? g * size : 0)),
      steps: shape.map(() => 1),
      sizes: shape.with(axis, size),
    });
  };
  const outputs = wShape[0] / group;
  const parts = Array.from({ length: group }, (_, g) => {
    const operands = {
      x: part(x, xShape, 1, g),
      xShape: xShape.with(1, wShape[1]) as unknown as FourExtents,
      w: part(w, wShape, 0, g),
      wShape: wShape.with(0, outputs) as unknown as FourExtents,
      bias: bias === undefined ? undefined : part(bias, [wShape[0]], 0, g),
    };
    return emitConvolution(emit, "portable", operands, { ...window, group: 1 });
  });
  return emit.node("Concat", parts, { axis: 1 });
}
