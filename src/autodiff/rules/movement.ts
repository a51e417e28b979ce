/** Derivatives of operators that move entries: each one's transpose moves them back. */
import { concat, reshape, split, transpose, zeros } from "../../ir/builders/index.ts";
import type { OpName } from "../../ir/ops.ts";
import { makeValue } from "../../ir/value.ts";
import { multilinear, type RuleTable } from "../rule.ts";

export type MovementOp = Extract<
  OpName,
  "reshape" | "transpose" | "expand" | "concat" | "slice" | "unslice" | "gather" | "scatterAdd"
>;

export const movementRules: RuleTable<MovementOp> = {
  reshape: multilinear("reshape", ({ dy, inputs: [x] }) => [reshape(dy, x!.shape)]),
  transpose: multilinear("transpose", ({ dy, attrs: { perm } }) => [
    transpose(
      dy,
      perm.map((_, axis) => perm.indexOf(axis)),
    ),
  ]),
  /** The engine sums the cotangent back to the input's shape. */
  expand: multilinear("expand", ({ dy }) => [dy]),
  concat: {
    vjp: ({ dy, inputs, attrs: { axis } }) =>
      split(
        dy,
        inputs.map((x) => x.shape[axis]!),
        axis,
      ),
    jvp: ({ inputs, tangents, attrs: { axis } }) =>
      concat(
        inputs.map((x, i) => tangents[i] ?? zeros(x.shape)),
        axis,
      ),
  },
  slice: multilinear("slice", ({ dy, inputs: [x], attrs: { starts, steps } }) => [
    makeValue("unslice", [dy], { starts, steps, shape: x!.shape }),
  ]),
  unslice: multilinear("unslice", ({ dy, inputs: [x], attrs: { starts, steps } }) => [
    makeValue("slice", [dy], { starts, steps, sizes: x!.shape }),
  ]),
  gather: multilinear("gather", ({ dy, inputs: [x], attrs: { axis, indices } }) => [
    makeValue("scatterAdd", [dy], { axis, indices, size: x!.shape[axis]! }),
  ]),
  scatterAdd: multilinear("scatterAdd", ({ dy, attrs: { axis, indices } }) => [
    makeValue("gather", [dy], { axis, indices }),
  ]),
};
