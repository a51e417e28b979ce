/** Forward mode: Jacobian-vector products over the same rule table. */
import { expand, zeros } from "../ir/builders/index.ts";
import { formatShape, ShapeError, sameShape } from "../ir/shapes.ts";
import type { Value } from "../ir/value.ts";
import { dependents } from "./gradient.ts";
import { isDifferentiable, piecewiseConstant, type Rule } from "./rule.ts";
import { rules } from "./rules/index.ts";

/**
 * Derivatives of `outputs` when `wrt` move in the directions `tangents`, as values of the same IR.
 *
 * Applied to a gradient it is the vector-Hessian product: one forward sweep through (loss, grad_theta, grad_x)
 * in direction v gives <v, g>, H v and d<v, g>/dx, since second derivatives are symmetric.
 * The values in `wrt` are independent variables: where one was computed from another, that is not differentiated.
 * @throws {ShapeError} when a tangent's shape is not that of its value.
 */
export function jvp(
  outputs: readonly Value[],
  wrt: readonly Value[],
  tangents: readonly Value[],
): Value[] {
  const tangentOf = new Map<Value, Value>();
  wrt.forEach((x, i) => {
    const tangent = tangents[i]!;
    if (!sameShape(x.shape, tangent.shape)) {
      throw new ShapeError(
        `jvp: value ${i} has shape ${formatShape(x.shape)}, its tangent ${formatShape(tangent.shape)}`,
      );
    }
    tangentOf.set(x, tangent);
  });
  for (const y of dependents(outputs, new Set(wrt))) {
    if (tangentOf.has(y)) continue;
    const rule = rules[y.op] as Rule | typeof piecewiseConstant;
    if (rule === piecewiseConstant) continue;
    const moving = y.inputs.map((x, position) =>
      isDifferentiable(rule, position) ? tangentOf.get(x) : undefined,
    );
    const tangent = rule.jvp({ inputs: y.inputs, attrs: y.attrs, y, tangents: moving });
    tangentOf.set(y, expand(tangent, y.shape));
  }
  return outputs.map((output) => tangentOf.get(output) ?? zeros(output.shape));
}
