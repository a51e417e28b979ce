/** Reverse mode: vector-Jacobian products over the rule table. */
import { add, ones, reduceSum, reshape, zeros } from "../ir/builders/index.ts";
import { topologicalOrder } from "../ir/graph.ts";
import type { Shape } from "../ir/ops.ts";
import { formatShape, ShapeError, sameShape } from "../ir/shapes.ts";
import type { Value } from "../ir/value.ts";
import { isDifferentiable, piecewiseConstant, type Rule } from "./rule.ts";
import { rules } from "./rules/index.ts";

/**
 * Gradients of a scalar (or, given `cotangent`, of <cotangent, output>) with respect to `wrt`, as values of the
 * same IR, so that they can be differentiated again. What the output does not depend on has a zero gradient.
 * The values in `wrt` are independent variables: where one was computed from another, that is not differentiated.
 * @throws {ShapeError} when the output is no scalar and no cotangent of its shape is given.
 */
export function gradient(output: Value, wrt: readonly Value[], cotangent?: Value): Value[] {
  if (!cotangent && output.shape.length > 0) {
    throw new ShapeError(
      `gradient: expected a scalar output, got ${formatShape(output.shape)}; pass a cotangent of that shape`,
    );
  }
  return vjp([output], wrt, [cotangent ?? ones([])]);
}

/** Vector-Jacobian product: gradients of sum_i <cotangents_i, outputs_i> with respect to `wrt`. */
export function vjp(
  outputs: readonly Value[],
  wrt: readonly Value[],
  cotangents: readonly Value[],
): Value[] {
  outputs.forEach((output, i) => {
    if (!sameShape(output.shape, cotangents[i]!.shape)) {
      throw new ShapeError(
        `vjp: output ${i} has shape ${formatShape(output.shape)}, its cotangent ${formatShape(cotangents[i]!.shape)}`,
      );
    }
  });
  const independent = new Set(wrt);
  const active = dependents(outputs, independent);
  const cotangentOf = new Map<Value, Value>();
  const accumulate = (value: Value, cotangent: Value) => {
    const before = cotangentOf.get(value);
    cotangentOf.set(value, before ? add(before, cotangent) : cotangent);
  };
  outputs.forEach((output, i) => {
    accumulate(output, cotangents[i]!);
  });
  for (const y of [...active].reverse()) {
    const dy = cotangentOf.get(y);
    const rule = rules[y.op] as Rule | typeof piecewiseConstant;
    if (!dy || rule === piecewiseConstant || independent.has(y)) continue;
    const ofInputs = rule.vjp({ inputs: y.inputs, attrs: y.attrs, y, dy });
    y.inputs.forEach((x, position) => {
      if (active.has(x) && isDifferentiable(rule, position))
        accumulate(x, sumToShape(ofInputs[position]!, x.shape));
    });
  }
  return wrt.map((x) => cotangentOf.get(x) ?? zeros(x.shape));
}

/** The independent variables and every value between them and `outputs` that passes on a derivative, inputs first. */
export function dependents(outputs: readonly Value[], independent: ReadonlySet<Value>): Set<Value> {
  const active = new Set<Value>();
  for (const value of topologicalOrder(outputs, independent)) {
    const rule = rules[value.op] as Rule | typeof piecewiseConstant;
    const moves = value.inputs.some(
      (x, position) => active.has(x) && isDifferentiable(rule, position),
    );
    if (independent.has(value) || moves) active.add(value);
  }
  return active;
}

/** Sums the axes along which `shape` was broadcast: the transpose of broadcasting. */
function sumToShape(cotangent: Value, shape: Shape): Value {
  const offset = cotangent.shape.length - shape.length;
  const axes = cotangent.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < offset || (shape[axis - offset] === 1 && cotangent.shape[axis] !== 1));
  return reshape(reduceSum(cotangent, axes, true), shape);
}
