/** What an operator's float64 implementation looks like. */
import type { OpName } from "../ops.ts";
import type { Value } from "../value.ts";

/**
 * Computes `value` from its inputs' numbers, all row-major; bool is 0 or 1.
 * A kernel never writes to its inputs, and may return one of them.
 */
export type Kernel<Op extends OpName> = (
  inputs: readonly Float64Array[],
  value: Value<Op>,
) => Float64Array;

export type Kernels<Op extends OpName> = { readonly [K in Op]: Kernel<K> };
