/** Reductions, softmax and what follows from them. */
import { normalizeAxis } from "../shapes.ts";
import { makeValue, sizeOf, type Value } from "../value.ts";
import { exp, log, mul, stopGradient, sub } from "./elementwise.ts";

function reduction(
  op: "reduceSum" | "reduceMax",
  x: Value,
  axes: readonly number[] | undefined,
  keepdims: boolean,
): Value {
  const all = x.shape.map((_, axis) => axis);
  const chosen = [
    ...new Set((axes ?? all).map((axis) => normalizeAxis(axis, x.shape.length))),
  ].sort((a, b) => a - b);
  return chosen.length === 0 ? x : makeValue(op, [x], { axes: chosen, keepdims });
}

/** Sum over `axes` (all by default). */
export const reduceSum = (x: Value, axes?: readonly number[], keepdims = false): Value =>
  reduction("reduceSum", x, axes, keepdims);

/** Maximum over `axes`; entries that tie share the cotangent evenly, as torch.amax does. */
export const reduceMax = (x: Value, axes?: readonly number[], keepdims = false): Value =>
  reduction("reduceMax", x, axes, keepdims);

export function reduceMean(x: Value, axes?: readonly number[], keepdims = false): Value {
  const sum = reduceSum(x, axes, keepdims);
  return mul(sum, sizeOf(sum.shape) / sizeOf(x.shape));
}

/** Mean over the spatial axes: [N,C,H,W] -> [N,C,1,1]. */
export const globalAveragePool = (x: Value): Value => reduceMean(x, [2, 3], true);

export const softmax = (x: Value, axis = -1): Value =>
  makeValue("softmax", [x], { axis: normalizeAxis(axis, x.shape.length) });

/** x - max x - log sum exp(x - max x); the shift is a constant for differentiation. */
export function logSoftmax(x: Value, axis = -1): Value {
  const shifted = sub(x, stopGradient(reduceMax(x, [axis], true)));
  return sub(shifted, log(reduceSum(exp(shifted), [axis], true)));
}

/** Mean and biased variance over `axes`, kept as axes of extent 1. */
export function moments(x: Value, axes: readonly number[]): { mean: Value; variance: Value } {
  const mean = reduceMean(x, axes, true);
  const centred = sub(x, mean);
  return { mean, variance: reduceMean(mul(centred, centred), axes, true) };
}
