/** Small arrays for the interpreter's tests: integers, so that sums and products are exact. */
import fc from "fast-check";
import { input } from "../../../src/ir/builders/index.ts";
import { evaluate } from "../../../src/ir/interpreter/index.ts";
import type { Shape } from "../../../src/ir/ops.ts";
import { sizeOf, type Value } from "../../../src/ir/value.ts";

export interface Tensor {
  readonly shape: Shape;
  readonly data: readonly number[];
}

/** Applies `build` to inputs that hold these tensors, and computes the result. */
export function apply(build: (...inputs: Value[]) => Value, ...tensors: Tensor[]): number[] {
  const inputs = tensors.map(({ shape }, i) => input(`input${i}`, shape));
  const feeds = new Map(tensors.map(({ data }, i) => [`input${i}`, Float64Array.from(data)]));
  return [...evaluate([build(...inputs)], feeds)[0]];
}

/** All positions of a shape, in row-major order. */
export function positions(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (heads, extent) =>
      heads.flatMap((head) => Array.from({ length: extent }, (_, i) => [...head, i])),
    [[]],
  );
}

/** The entry at a position, `outside` beyond the edges. */
export function entry({ shape, data }: Tensor, position: readonly number[], outside = 0): number {
  if (position.some((i, axis) => i < 0 || i >= shape[axis])) return outside;
  return data[position.reduce((flat, i, axis) => flat * shape[axis] + i, 0)];
}

export const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i], 0);

export const integers = (shape: Shape): fc.Arbitrary<Tensor> =>
  fc
    .array(fc.integer({ min: -8, max: 8 }), { minLength: sizeOf(shape), maxLength: sizeOf(shape) })
    .map((data) => ({ shape, data }));
