/** Matrix products and convolutions: Gemm, Conv and ConvTranspose with biases and transposes fused in. */
import type { ProductOp } from "../../autodiff/rules/products.ts";
import { sameShape } from "../../ir/shapes.ts";
import { sizeOf, type Value } from "../../ir/value.ts";
import type { Emitter } from "./emitter.ts";
import type { Context, LoweringTable } from "./lowering.ts";
import { emitSlice } from "./movement.ts";
import { emitByConvolution, emitByTaps, isFasterByTaps } from "./weightGrad.ts";

export const productLowerings: LoweringTable<ProductOp> = {
  matmul: (context, value, inputs) =>
    value.inputs.every((input) => input.shape.length === 2)
      ? emitGemm(context, value)
      : context.emit.node("MatMul", inputs),
  conv: (context, value, inputs) => emitConv(context, value, inputs),
  convDataGrad: (context, value, [dy, w]) => emitDataGrad(context, value, dy!, w!),
  convWeightGrad: (context, value, [x, dy]) => {
    const byTaps = context.target === "cpu" && isFasterByTaps(value);
    return (byTaps ? emitByTaps : emitByConvolution)(context.emit, value, x!, dy!);
  },
};

function emitConv({ emit }: Context, { attrs }: Value<"conv">, inputs: readonly string[]): string {
  return emit.node("Conv", inputs, {
    kernel_shape: attrs.kernel,
    strides: attrs.strides,
    pads: attrs.pads,
    dilations: attrs.dilations,
    group: attrs.group,
  });
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

/** A B as one Gemm that reads transposed matrices in place, with an optional row C added. */
function emitGemm(
  { emit, name }: Context,
  { inputs: [a, b] }: Value<"matmul">,
  bias?: string,
  alpha = 1,
): string {
  const operands = [a!, b!].map((x) => {
    const transposed = x.op === "transpose" && x.inputs[0]!.shape.length === 2;
    return { name: name(transposed ? x.inputs[0]! : x), transposed: Number(transposed) };
  });
  const [left, right] = operands as [(typeof operands)[0], (typeof operands)[0]];
  return emit.node("Gemm", [left.name, right.name, ...(bias ? [bias] : [])], {
    transA: left.transposed,
    transB: right.transposed,
    ...(alpha === 1 ? {} : { alpha: { float: alpha } }),
  });
}

/** Add, or the bias (for Gemm also a whole matrix) of the Conv or Gemm that only this addition uses. */
export function addWithFusedBias(
  context: Context,
  value: Value<"add">,
  inputs: readonly string[],
): string {
  const { emit } = context;
  for (const [product, bias, biasName] of [
    [value.inputs[1]!, value.inputs[0]!, inputs[0]!],
    [value.inputs[0]!, value.inputs[1]!, inputs[1]!],
  ] as const) {
    if (context.uses(product) !== 1) continue;
    const isGemm = product.op === "matmul" && product.inputs.every((x) => x.shape.length === 2);
    if (isGemm && sameShape(product.shape, bias.shape)) return emitGemm(context, product, biasName);
    const outputs = product.shape.at(product.op === "conv" ? 1 : -1)!;
    if (sizeOf(bias.shape) !== outputs) continue;
    if (product.op === "conv" && bias.shape.length === 4 && bias.shape[1] === outputs) {
      const flat = emit.node("Reshape", [biasName, emit.ints([outputs])]);
      return emitConv(context, product, [
        context.name(product.inputs[0]!),
        context.name(product.inputs[1]!),
        flat,
      ]);
    }
    if (isGemm && bias.shape.at(-1) === outputs && bias.shape.length <= 2) {
      return emitGemm(context, product, biasName);
    }
  }
  return emit.node("Add", inputs);
}

/** Sub, or the Gemm that only this subtraction uses, taken from a matrix. */
export function subWithFusedProduct(
  context: Context,
  { inputs: [matrix, product], shape }: Value<"sub">,
  names: readonly string[],
): string {
  const fits =
    product!.op === "matmul" &&
    context.uses(product!) === 1 &&
    shape.length === 2 &&
    sameShape(matrix!.shape, shape) &&
    sameShape(product!.shape, shape);
  return fits
    ? emitGemm(context, product as Value<"matmul">, names[0], -1)
    : context.emit.node("Sub", names);
}
