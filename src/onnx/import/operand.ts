/** What passes between the nodes of a model while it is translated. */
import type { Shape } from "../../ir/ops.ts";
import type { Value } from "../../ir/value.ts";
import type { FileTensor } from "../modelFile.ts";

/** A tensor whose contents the file itself tells: a weight, or shape arithmetic. */
export interface Known extends FileTensor {
  readonly kind: "known";
  /** Whether it is an initializer, whose name a user may know. */
  readonly isInitializer?: boolean;
}

/** A tensor that is computed. */
export interface Computed {
  readonly kind: "computed";
  readonly value: Value;
}

export type Operand = Known | Computed;

export const computed = (value: Value): Computed => ({ kind: "computed", value });

export const shapeOf = (operand: Operand): Shape =>
  operand.kind === "known" ? operand.shape : operand.value.shape;

/** Integers as a one-dimensional int64 tensor, or a scalar where there is no list. */
export function knownIntegers(values: readonly number[] | number, name = ""): Known {
  const list = typeof values === "number" ? [values] : values;
  return {
    kind: "known",
    name,
    type: "int64",
    shape: typeof values === "number" ? [] : [list.length],
    data: Float64Array.from(list),
  };
}
