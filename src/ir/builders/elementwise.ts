/** Sources and elementwise operators. Binary operators broadcast as in ONNX and NumPy. */
import type { DType, Shape } from "../ops.ts";
import { makeValue, sizeOf, type Value } from "../value.ts";

/** A tensor fed at run time. Two inputs of the same name, shape and dtype are the same value. */
export const input = (name: string, shape: Shape, dtype: DType = "float32"): Value<"input"> =>
  makeValue("input", [], { name, shape, dtype }) as Value<"input">;

/** A small literal tensor, row-major. Weights and data are fed instead. */
export const constant = (data: readonly number[], shape: Shape = [data.length]): Value =>
  makeValue("constant", [], { data, shape, dtype: "float32" });

export const scalar = (value: number): Value => constant([value], []);

/** `value` everywhere. */
export const full = (shape: Shape, value: number): Value =>
  shape.length === 0 ? scalar(value) : makeValue("expand", [scalar(value)], { shape });

export const zeros = (shape: Shape): Value => full(shape, 0);
export const ones = (shape: Shape): Value => full(shape, 1);

/** Numbers stand for scalars wherever a builder takes operands. */
export type Operand = Value | number;
const operand = (x: Operand): Value => (typeof x === "number" ? scalar(x) : x);

export const neg = (x: Value): Value => makeValue("neg", [x], {});
export const abs = (x: Value): Value => makeValue("abs", [x], {});
/** -1, 0 or 1; its derivative is zero by declaration. */
export const sign = (x: Value): Value => makeValue("sign", [x], {});
export const sqrt = (x: Value): Value => makeValue("sqrt", [x], {});
export const exp = (x: Value): Value => makeValue("exp", [x], {});
export const log = (x: Value): Value => makeValue("log", [x], {});
export const reciprocal = (x: Value): Value => makeValue("reciprocal", [x], {});
export const relu = (x: Value): Value => makeValue("relu", [x], {});
export const sigmoid = (x: Value): Value => makeValue("sigmoid", [x], {});
export const tanh = (x: Value): Value => makeValue("tanh", [x], {});
export const erf = (x: Value): Value => makeValue("erf", [x], {});
/** Limits to [min, max]; the derivative is 1 at the bounds, as in PyTorch. */
export const clip = (x: Value, min: number, max: number): Value =>
  makeValue("clip", [x], { min, max });
export const not = (x: Value): Value => makeValue("not", [x], {});
/** The identity, treated as a constant by differentiation. */
export const stopGradient = (x: Value): Value => makeValue("stopGradient", [x], {});

/** Converts between bool (0/1) and float32. */
export const cast = (x: Value, to: DType): Value =>
  x.dtype === to ? x : makeValue("cast", [x], { to });

export const add = (a: Operand, b: Operand): Value =>
  makeValue("add", [operand(a), operand(b)], {});
export const sub = (a: Operand, b: Operand): Value =>
  makeValue("sub", [operand(a), operand(b)], {});
export const mul = (a: Operand, b: Operand): Value =>
  makeValue("mul", [operand(a), operand(b)], {});
export const div = (a: Operand, b: Operand): Value =>
  makeValue("div", [operand(a), operand(b)], {});
export const pow = (a: Operand, b: Operand): Value =>
  makeValue("pow", [operand(a), operand(b)], {});
/** The larger operand; at a tie each takes half of the cotangent, as in PyTorch. */
export const max = (a: Operand, b: Operand): Value =>
  makeValue("max", [operand(a), operand(b)], { ties: "split" });
/** The larger operand; at a tie the first takes the cotangent, as in a max-pool. */
export const firstMax = (a: Operand, b: Operand): Value =>
  makeValue("max", [operand(a), operand(b)], { ties: "first" });
export const min = (a: Operand, b: Operand): Value =>
  makeValue("min", [operand(a), operand(b)], {});
export const greater = (a: Operand, b: Operand): Value =>
  makeValue("greater", [operand(a), operand(b)], {});
export const less = (a: Operand, b: Operand): Value =>
  makeValue("less", [operand(a), operand(b)], {});
export const equal = (a: Operand, b: Operand): Value =>
  makeValue("equal", [operand(a), operand(b)], {});
export const greaterOrEqual = (a: Operand, b: Operand): Value => not(less(a, b));
export const lessOrEqual = (a: Operand, b: Operand): Value => not(greater(a, b));
export const and = (a: Value, b: Value): Value => makeValue("and", [a, b], {});
export const or = (a: Value, b: Value): Value => not(and(not(a), not(b)));

/** Entries of `a` where the condition holds, of `b` elsewhere. */
export const where = (condition: Value, a: Operand, b: Operand): Value =>
  makeValue("where", [condition, operand(a), operand(b)], {});

/** Whether every entry of a value is the same literal number. */
export function literal(x: Value): number | undefined {
  if (x.op === "constant" && sizeOf(x.shape) > 0) {
    const [first] = x.attrs.data;
    return x.attrs.data.every((entry) => entry === first) ? first : undefined;
  }
  return x.op === "expand" || x.op === "reshape" ? literal(x.inputs[0]!) : undefined;
}
