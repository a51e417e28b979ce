/** Elementwise operators. */
import {
  abs,
  add,
  and,
  cast,
  clip,
  div,
  equal,
  erf,
  exp,
  greater,
  greaterOrEqual,
  less,
  lessOrEqual,
  log,
  max,
  min,
  mul,
  neg,
  not,
  or,
  pow,
  reciprocal,
  sigmoid,
  sign,
  sqrt,
  sub,
  tanh,
  where,
} from "../../../ir/builders/index.ts";
import type { Value } from "../../../ir/value.ts";
import { elementTypes, isFloat } from "../../modelFile.ts";
import type { ImportNode, Translation, WeightRole } from "../node.ts";

const unary =
  (apply: (x: Value) => Value): Translation =>
  (node) =>
    apply(node.value(0));

const binary =
  (apply: (a: Value, b: Value) => Value): Translation =>
  (node) =>
    apply(node.value(0), node.value(1));

const variadic =
  (apply: (a: Value, b: Value) => Value): Translation =>
  (node) =>
    node.values().reduce((a, b) => apply(a, b));

/**
 * An operand that meets the results of a layer, such as a bias that the file adds in a node of its own or a scale per
 * channel, is a weight too; single numbers are not.
 */
const perhapsWeighted =
  (apply: (a: Value, b: Value) => Value, role: WeightRole): Translation =>
  (node) => {
    const operands = [0, 1].map((index) => {
      const operand = node.operand(index);
      const several = operand.kind === "known" && operand.data.length > 1;
      return several && isFloat(operand.type) ? node.fed(index) : node.value(index);
    });
    const [a, b] = operands as [Value, Value];
    for (const [layer, weight] of [
      [a, b],
      [b, a],
    ] as const) {
      if (node.model.dependsOn(layer).weights && !node.model.dependsOn(weight).images) {
        node.model.weight(weight, { role });
      }
    }
    return apply(a, b);
  };

function limits(node: ImportNode): Value {
  const [low, high] =
    node.opset < 11
      ? [node.number("min", -Infinity), node.number("max", Infinity)]
      : [node.optionalKnown(1)?.[0] ?? -Infinity, node.optionalKnown(2)?.[0] ?? Infinity];
  return clip(node.value(0), low, high);
}

/** Floats of all widths are one here; so are integers, which only shape arithmetic has. */
function converted(node: ImportNode): Value {
  const x = node.value(0);
  const to = elementTypes[node.number("to", 1) - 1];
  if (to === "bool") return x.dtype === "bool" ? x : not(equal(x, 0));
  if (to !== undefined && isFloat(to)) return cast(x, "float32");
  return node.fail(`it converts to ${to}, which has no derivative`);
}

const mean: Translation = (node) =>
  mul(
    node.values().reduce((a, b) => add(a, b)),
    1 / node.inputCount,
  );

export const elementwise: Readonly<Record<string, Translation>> = {
  Abs: unary(abs),
  Add: perhapsWeighted(add, "bias"),
  And: binary(and),
  Cast: converted,
  CastLike: (node) => cast(node.value(0), node.value(1).dtype),
  Clip: limits,
  Div: binary(div),
  Equal: binary(equal),
  Erf: unary(erf),
  Exp: unary(exp),
  Greater: binary(greater),
  GreaterOrEqual: binary(greaterOrEqual),
  Less: binary(less),
  LessOrEqual: binary(lessOrEqual),
  Log: unary(log),
  Max: variadic(max),
  Mean: mean,
  Min: variadic(min),
  Mul: perhapsWeighted(mul, "scale"),
  Neg: unary(neg),
  Not: unary(not),
  Or: binary(or),
  Pow: binary(pow),
  Reciprocal: unary(reciprocal),
  Sigmoid: unary(sigmoid),
  Sign: unary(sign),
  Sqrt: unary(sqrt),
  Sub: binary(sub),
  Sum: variadic(add),
  Tanh: unary(tanh),
  Where: (node) => where(node.value(0), node.value(1), node.value(2)),
};
