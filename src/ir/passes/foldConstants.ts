/** Replaces what depends on literals alone by its value. */
import { constant } from "../builders/index.ts";
import { rewrite } from "../graph.ts";
import { evaluate } from "../interpreter/index.ts";
import type { OpName } from "../ops.ts";
import { makeValue, sizeOf, type Value } from "../value.ts";

/** Larger results stay computed: a literal tensor is carried in every copy of the graph. */
const LARGEST = 1024;

/** Equivalent outputs in which small constant subexpressions are literals. */
export function foldConstants(outputs: readonly Value[]): Value[] {
  return rewrite(outputs, (value, inputs) => {
    const rebuilt = makeValue(value.op as OpName, inputs, value.attrs);
    const foldable =
      inputs.length > 0 &&
      inputs.every((input) => input.op === "constant") &&
      rebuilt.dtype === "float32" &&
      sizeOf(rebuilt.shape) <= LARGEST &&
      rebuilt.op !== "expand";
    return foldable ? constant([...evaluate([rebuilt], new Map())[0]!], rebuilt.shape) : rebuilt;
  });
}
