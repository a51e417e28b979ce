/** What a derivative rule is, and the shapes that most rules share. */
import { add, mul } from "../ir/builders/index.ts";
import type { OpAttrs, OpName } from "../ir/ops.ts";
import { makeValue, type Value } from "../ir/value.ts";

/** An application of an operator: its inputs, attributes and output y. */
export interface Primal<Op extends OpName = OpName> {
  readonly inputs: readonly Value[];
  readonly attrs: OpAttrs[Op];
  readonly y: Value;
}

/**
 * The two derivatives of an operator, written with builder functions. Rules need not mind broadcasting: the
 * engines sum a cotangent back to its input's shape and expand a tangent to the output's.
 */
export interface Rule<Op extends OpName = OpName> {
  /** Cotangents of the inputs, in order, for the cotangent dy of the output (reverse mode). */
  vjp(primal: Primal<Op> & { readonly dy: Value }): readonly Value[];
  /** Tangent of the output; an absent tangent is zero, and one at least is present (forward mode). */
  jvp(primal: Primal<Op> & { readonly tangents: readonly (Value | undefined)[] }): Value;
  /** Inputs from this position on have no derivative by declaration. */
  readonly constantFrom?: number;
  /** Inputs before this position have no derivative by declaration. */
  readonly constantBefore?: number;
}

/** Declares that an operator's output does not move with its inputs. */
export const piecewiseConstant = "piecewise constant";

/** The rule of an operator, or the declaration that it has none. */
export type RuleOrConstant<Op extends OpName> = Rule<Op> | typeof piecewiseConstant;

/** A rule for each of some operators. */
export type RuleTable<Ops extends OpName> = { readonly [Op in Ops]: RuleOrConstant<Op> };

/** Whether input `position` of the operator carries a derivative. */
export function isDifferentiable(
  rule: RuleOrConstant<never> | RuleOrConstant<OpName>,
  position: number,
): boolean {
  if (rule === piecewiseConstant) return false;
  return (
    position >= (rule.constantBefore ?? 0) &&
    position < (rule.constantFrom ?? Number.POSITIVE_INFINITY)
  );
}

/** Elementwise y = f(x0, x1, ...): `partials` are dy/dx0, dy/dx1, ... */
export function elementwise<Op extends OpName>(
  partials: (primal: Primal<Op>) => readonly Value[],
): Rule<Op> {
  return {
    vjp: (primal) => partials(primal).map((partial) => mul(primal.dy, partial)),
    jvp: (primal) => sum(partials(primal).map((partial, i) => times(primal.tangents[i], partial))),
  };
}

const times = (tangent: Value | undefined, partial: Value) => tangent && mul(tangent, partial);

/**
 * An operator that is linear in each differentiable input with the others held fixed: its forward
 * derivative applies the operator itself to one tangent at a time.
 */
export function multilinear<Op extends OpName>(
  op: Op,
  vjp: Rule<Op>["vjp"],
  declared: Pick<Rule, "constantFrom" | "constantBefore"> = {},
): Rule<Op> {
  return {
    vjp,
    jvp: ({ inputs, attrs, tangents }) =>
      sum(tangents.map((tangent, i) => tangent && makeValue(op, inputs.with(i, tangent), attrs))),
    ...declared,
  };
}

/** Sum of the terms that are present. */
export function sum(terms: readonly (Value | undefined)[]): Value {
  return terms.filter((term) => term !== undefined).reduce((a, b) => add(a, b));
}
