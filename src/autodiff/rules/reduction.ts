/** Derivatives of reductions and of softmax. */
import { cast, div, equal, expand, mul, reduceSum, reshape, sub } from "../../ir/builders/index.ts";
import type { OpName, Reduction } from "../../ir/ops.ts";
import type { Value } from "../../ir/value.ts";
import { multilinear, type Primal, type RuleTable } from "../rule.ts";

export type ReductionOp = Extract<OpName, "reduceSum" | "reduceMax" | "softmax">;

/** A reduced tensor with its reduced axes put back as extents of 1. */
const restoreAxes = (reduced: Value, x: Value, { axes }: Reduction): Value =>
  reshape(
    reduced,
    x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)),
  );

/** Each maximum's share: 1 / (number of entries that tie for it). */
function shares({ inputs: [x], attrs, y }: Primal<"reduceMax">): Value {
  const ties = cast(equal(x!, restoreAxes(y, x!, attrs)), "float32");
  return div(ties, reduceSum(ties, attrs.axes, true));
}

export const reductionRules: RuleTable<ReductionOp> = {
  reduceSum: multilinear("reduceSum", ({ dy, inputs: [x], attrs }) => [
    expand(restoreAxes(dy, x!, attrs), x!.shape),
  ]),
  reduceMax: {
    vjp: (primal) => [mul(restoreAxes(primal.dy, primal.inputs[0]!, primal.attrs), shares(primal))],
    jvp: (primal) =>
      reduceSum(mul(primal.tangents[0]!, shares(primal)), primal.attrs.axes, primal.attrs.keepdims),
  },
  /** J = diag(y) - y y^T is symmetric, so both modes are y * (v - <v, y>). */
  softmax: {
    vjp: ({ dy, y, attrs: { axis } }) => [softmaxDerivative(dy, y, axis)],
    jvp: ({ tangents: [dx], y, attrs: { axis } }) => softmaxDerivative(dx!, y, axis),
  },
};

const softmaxDerivative = (v: Value, y: Value, axis: number): Value =>
  mul(y, sub(v, reduceSum(mul(v, y), [axis], true)));
