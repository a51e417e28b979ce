/** Whether numbers can be negative at all, as far as operators tell. */
import type { Value } from "../../ir/value.ts";

const never: ReadonlySet<Value["op"]> = new Set([
  "relu",
  "sigmoid",
  "softmax",
  "exp",
  "abs",
  "sqrt",
]);

/** Movements, sums, products and largest of what they are given. */
const asInputs: ReadonlySet<Value["op"]> = new Set([
  "reshape",
  "transpose",
  "expand",
  "concat",
  "slice",
  "gather",
  "add",
  "mul",
  "div",
  "reduceSum",
  "reduceMax",
  "sumPool",
]);

/** Whether a value is never negative, whatever the inputs and weights are: behind a ReLU and an average pool, say. */
export function isNonNegative(value: Value): boolean {
  if (never.has(value.op)) return true;
  if (value.op === "constant") return value.attrs.data.every((number) => number >= 0);
  if (value.op === "poolGather") return isNonNegative(value.inputs[0]!);
  return asInputs.has(value.op) && value.inputs.every(isNonNegative);
}
