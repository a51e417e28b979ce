/** Elementwise operators. Sign has no WebGPU kernel and is made of comparisons. */

import type { ElementwiseOp } from "../../autodiff/rules/elementwise.ts";
import { literal } from "../../ir/builders/elementwise.ts";
import { sameShape } from "../../ir/shapes.ts";
import type { Value } from "../../ir/value.ts";
import { emitSub } from "./gemm.ts";
import type { Context, LoweringTable } from "./lowering.ts";
import { same } from "./lowering.ts";
import { emitAdd } from "./products.ts";

export const elementwiseLowerings: LoweringTable<ElementwiseOp> = {
  neg: same("Neg"),
  abs: same("Abs"),
  sign: ({ emit }, _, [x]) => {
    const zero = emit.scalar(0);
    const indicator = (opType: string) =>
      emit.node("Cast", [emit.node(opType, [x!, zero])], { to: FLOAT });
    return emit.node("Sub", [indicator("Greater"), indicator("Less")]);
  },
  sqrt: same("Sqrt"),
  exp: same("Exp"),
  log: same("Log"),
  reciprocal: same("Reciprocal"),
  relu: same("Relu"),
  sigmoid: same("Sigmoid"),
  tanh: same("Tanh"),
  erf: same("Erf"),
  clip: ({ emit }, { attrs: { min, max } }, [x]) =>
    emit.node("Clip", [x!, emit.scalar(min), emit.scalar(max)]),
  cast: ({ emit }, { attrs }, [x]) =>
    emit.node("Cast", [x!], { to: attrs.to === "bool" ? BOOL : FLOAT }),
  not: same("Not"),
  stopGradient: (_, __, [x]) => x!,

  add: emitAdd,
  sub: emitSub,
  mul: same("Mul"),
  div: same("Div"),
  pow: (context, { inputs: [, exponent] }, [x, y]) =>
    quarterPower(context, x!, literal(exponent!)) ?? context.emit.node("Pow", [x!, y!]),
  max: same("Max"),
  min: same("Min"),
  greater: same("Greater"),
  less: same("Less"),
  equal: same("Equal"),
  and: emitAnd,
  where: same("Where"),
};

/** ONNX's TensorProto.DataType. */
const FLOAT = 1;
const BOOL = 9;

/** And; where it broadcasts, the product of numbers for the portable target, since ONNX Runtime 1.30 on WebGPU errs. */
function emitAnd(
  { emit, target }: Context,
  { inputs: [a, b] }: Value<"and">,
  names: readonly string[],
) {
  if (target !== "portable" || sameShape(a!.shape, b!.shape)) return emit.node("And", names);
  const [x, y] = names.map((name) => emit.node("Cast", [name], { to: FLOAT }));
  return emit.node("Greater", [emit.node("Mul", [x!, y!]), emit.scalar(0)]);
}

/** x^e for multiples e of 1/4 up to 4 by products and square roots, several times faster than Pow. */
function quarterPower(
  { emit }: Context,
  x: string,
  exponent: number | undefined,
): string | undefined {
  if (
    exponent === undefined ||
    !Number.isInteger(exponent * 4) ||
    Math.abs(exponent) > 4 ||
    exponent === 0
  ) {
    return undefined;
  }
  let power: string | undefined;
  const multiply = (factor: string) => {
    power = power ? emit.node("Mul", [power, factor]) : factor;
  };
  const magnitude = Math.abs(exponent);
  for (let i = 0; i < Math.floor(magnitude); i++) multiply(x);
  const root = emit.node("Sqrt", [x]);
  if ((magnitude * 2) % 2 >= 1) multiply(root);
  if ((magnitude * 4) % 2 === 1) multiply(emit.node("Sqrt", [root]));
  return exponent < 0 ? emit.node("Reciprocal", [power!]) : power;
}

/** A literal tensor; bool ones are cast, since providers differ in what bool constants they take. */
export const literalTensor = ({ emit }: Context, { attrs }: Value<"constant">): string => {
  if (attrs.dtype === "bool")
    return emit.node("Cast", [emit.floats(attrs.data, attrs.shape)], { to: BOOL });
  return emit.floats(attrs.data, attrs.shape);
};
