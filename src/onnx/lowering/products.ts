/** Matrix products and convolutions: Gemm, Conv and ConvTranspose with biases and transposes fused in. */
import type { ProductOp } from "../../autodiff/rules/products.ts";
import { sameShape } from "../../ir/shapes.ts";
import { sizeOf, type Value } from "../../ir/value.ts";
import {
  canBeBlocked,
  emitBlockedConv,
  emitBlockedDataGrad,
  emitBlockedWeightGrad,
} from "./blockedConvolution.ts";
import { emitConvolution, type FourExtents } from "./convolution.ts";
import type { Emitter } from "./emitter.ts";
import { emitGemm, productOf, soleProduct } from "./gemm.ts";
import { type Context, channelBlock, type LoweringTable } from "./lowering.ts";
import { emitSlice } from "./movement.ts";
import { emitByConvolution, emitByTaps, isFasterByTaps } from "./weightGrad.ts";

export const productLowerings: LoweringTable<ProductOp> = {
  matmul: (context, value, inputs) =>
    value.inputs.every((input) => input.shape.length === 2)
      ? emitGemm(context, productOf(context, value))
      : context.emit.node("MatMul", inputs),
  conv: (context, value, inputs) => emitConv(context, value, inputs),
  convDataGrad: (context, value, [dy, w]) => {
    const block = blockOf(context, value);
    if (block) return emitBlockedDataGrad(context.emit, value, dy!, w!, block);
    return emitDataGrad(context, value, dy!, w!);
  },
  convWeightGrad: (context, value, [x, dy]) => {
    const block = blockOf(context, value);
    if (block) return emitBlockedWeightGrad(context.emit, value, x!, dy!, block);
    if (context.target !== "portable" && isFasterByTaps(value))
      return emitByTaps(context.emit, value, x!, dy!);
    return emitByConvolution(context.emit, value, x!, dy!, context.target);
  },
};

/** Channels of a block where the target has blocked convolutions and this is one for them. */
function blockOf(
  { target }: Context,
  value: Parameters<typeof canBeBlocked>[0],
): number | undefined {
  const block = channelBlock(target);
  return block && canBeBlocked(value, block) ? block : undefined;
}

function emitConv(context: Context, value: Value<"conv">, inputs: readonly string[]): string {
  const { attrs } = value;
  const block = blockOf(context, value);
  if (block) return emitBlockedConv(context.emit, value, inputs, block);
  const [x, w, bias] = inputs;
  const [xShape, wShape] = value.inputs.map(({ shape }) => shape as FourExtents);
  const operands = { x: x!, xShape: xShape!, w: w!, wShape: wShape!, bias };
  return emitConvolution(context.emit, context.target, operands, attrs);
}

/**
 * ConvTranspose over the padded input, cropped afterwards where the padding is asymmetric (CUDA has no kernel for
 * that). Grouped ones are taken apart for the portable target: WebGPU's kernel is wrong for some of them.
 */
function emitDataGrad(
  { emit, target }: Context,
  value: Value<"convDataGrad">,
  dy: string,
  w: string,
): string {
  const { attrs, inputs } = value;
  const { group } = attrs;
  if (group > 1 && target === "portable") {
    const channels = (shape: readonly number[], axis: number) => shape[axis]! / group;
    const part = (name: string, shape: readonly number[], axis: number, g: number) =>
      emitSlice(emit, name, shape, {
        starts: shape.map((_, i) => (i === axis ? g * channels(shape, axis) : 0)),
        steps: shape.map(() => 1),
        sizes: shape.with(axis, channels(shape, axis)),
      });
    const parts = Array.from({ length: group }, (_, g) =>
      emitTransposedConv(
        emit,
        value,
        part(dy, inputs[0]!.shape, 1, g),
        part(w, inputs[1]!.shape, 0, g),
        1,
      ),
    );
    return emit.node("Concat", parts, { axis: 1 });
  }
  return emitTransposedConv(emit, value, dy, w, group);
}

function emitTransposedConv(
  emit: Emitter,
  { attrs, inputs: [dyValue], shape }: Value<"convDataGrad">,
  dy: string,
  w: string,
  group: number,
): string {
  const { kernel, strides, dilations, pads, inputSize } = attrs;
  const axes = [0, 1] as const;
  const reached = axes.map(
    (i) => strides[i] * (dyValue!.shape[2 + i]! - 1) + (kernel[i] - 1) * dilations[i] + 1,
  );
  const unreached = axes.map((i) => inputSize[i] + pads[i] + pads[i + 2]! - reached[i]!);
  const symmetric = pads[0] === pads[2] && pads[1] === pads[3];
  const whole = emit.node("ConvTranspose", [dy, w], {
    kernel_shape: kernel,
    strides,
    dilations,
    group,
    pads: symmetric ? pads : [0, 0, 0, 0],
    output_padding: unreached,
  });
  if (symmetric) return whole;
  const channels = (shape[1]! / attrs.group) * group;
  const padded = axes.map((i) => inputSize[i] + pads[i] + pads[i + 2]!);
  return emitSlice(emit, whole, [shape[0]!, channels, ...padded], {
    starts: [0, 0, pads[0], pads[1]],
    steps: [1, 1, 1, 1],
    sizes: [shape[0]!, channels, ...inputSize],
  });
}

/** Add, or the bias (for Gemm also a whole matrix) of the Conv or Gemm that only this addition uses. */
export function emitAdd(context: Context, value: Value<"add">, inputs: readonly string[]): string {
  const { emit } = context;
  for (const [summand, bias, biasName] of [
    [value.inputs[1]!, value.inputs[0]!, inputs[0]!],
    [value.inputs[0]!, value.inputs[1]!, inputs[1]!],
  ] as const) {
    const outputs = summand.shape.at(summand.op === "conv" ? 1 : -1)!;
    const isRow = sizeOf(bias.shape) === outputs && bias.shape.at(-1) === outputs;
    if (sameShape(summand.shape, bias.shape) || (isRow && bias.shape.length <= 2)) {
      const product = soleProduct(context, summand);
      if (product) return emitGemm(context, product, biasName);
    }
    const isPerChannel = bias.shape.length === 4 && bias.shape[1] === outputs;
    if (summand.op !== "conv" || context.uses(summand) !== 1) continue;
    if (!isPerChannel || sizeOf(bias.shape) !== outputs) continue;
    const flat = emit.node("Reshape", [biasName, emit.ints([outputs])]);
    const [x, w] = summand.inputs.map((input) => context.name(input)) as [string, string];
    return emitConv(context, summand, [x, w, flat]);
  }
  return emit.node("Add", inputs);
}
