/** Reductions, softmax and its kin. */
import {
  abs,
  add,
  exp,
  greater,
  log,
  logSoftmax,
  mul,
  neg,
  reduceMax,
  reduceMean,
  reduceSum,
  reshape,
  softmax,
  sqrt,
  stopGradient,
  sub,
  where,
} from "../../../ir/builders/index.ts";
import { sizeOf, type Value } from "../../../ir/value.ts";
import type { ImportNode, Translation } from "../node.ts";

type Reduce = (x: Value, axes: readonly number[] | undefined, keepdims: boolean) => Value;

/** Euclidean length; at zero its derivative is zero, as in PyTorch. */
export const length: Reduce = (x, axes, keepdims) => {
  const squares = reduceSum(mul(x, x), axes, keepdims);
  const isPositive = greater(squares, 0);
  return where(isPositive, sqrt(where(isPositive, squares, 1)), 0);
};

/** Axes are an attribute in older opsets, an input in newer ones; none means all, unless that is a noop. */
const reduction =
  (reduce: Reduce): Translation =>
  (node) => {
    const x = node.value(0);
    const axes = node.optionalKnown(1) ?? node.numbers("axes");
    if (!axes?.length && node.number("noop_with_empty_axes", 0) === 1) return x;
    return reduce(x, axes?.length ? axes : undefined, node.number("keepdims", 1) === 1);
  };

/** Before opset 13 everything from the axis on is one axis. */
const alongAxis =
  (apply: (x: Value, axis: number) => Value): Translation =>
  (node: ImportNode) => {
    const x = node.value(0);
    if (node.opset >= 13) return apply(x, node.number("axis", -1));
    const given = node.number("axis", 1);
    const axis = given < 0 ? given + x.shape.length : given;
    if (axis === x.shape.length - 1) return apply(x, axis);
    const rows = reshape(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]);
    return reshape(apply(rows, 1), x.shape);
  };

/** Shifted by the maximum, which is a constant for differentiation, so that no exponential overflows. */
const logSumExp: Reduce = (x, axes, keepdims) => {
  const shift = stopGradient(reduceMax(x, axes, true));
  const sum = log(reduceSum(exp(sub(x, shift)), axes, keepdims));
  return add(sum, reshape(shift, sum.shape));
};

export const reductions: Readonly<Record<string, Translation>> = {
  LogSoftmax: alongAxis(logSoftmax),
  ReduceL1: reduction((x, axes, keep) => reduceSum(abs(x), axes, keep)),
  ReduceL2: reduction(length),
  ReduceLogSum: reduction((x, axes, keep) => log(reduceSum(x, axes, keep))),
  ReduceLogSumExp: reduction(logSumExp),
  ReduceMax: reduction(reduceMax),
  ReduceMean: reduction(reduceMean),
  ReduceMin: reduction((x, axes, keep) => neg(reduceMax(neg(x), axes, keep))),
  ReduceSum: reduction(reduceSum),
  ReduceSumSquare: reduction((x, axes, keep) => reduceSum(mul(x, x), axes, keep)),
  Softmax: alongAxis(softmax),
};
