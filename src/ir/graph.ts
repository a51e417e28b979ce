/** A computation with named outputs, and the order in which its values can be computed. */
import type { Value } from "./value.ts";

/** Inputs in order and outputs by name. Only what the outputs reach is part of the graph. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly Value<"input">[];
  readonly outputs: readonly { readonly name: string; readonly value: Value }[];
}

/**
 * Every value that `outputs` depend on, inputs before what is made from them. What `leaves` are made from is
 * left out.
 */
export function topologicalOrder(outputs: readonly Value[], leaves?: ReadonlySet<Value>): Value[] {
  const reached = new Set<Value>(outputs);
  // A set's iteration also visits what is added meanwhile: this walks the whole graph without recursion.
  for (const value of reached) {
    if (!leaves?.has(value)) for (const input of value.inputs) reached.add(input);
  }
  return [...reached].sort((a, b) => a.id - b.id);
}

/**
 * Rebuilds `outputs` bottom-up, each value replaced by what `visit` makes of it and its new inputs. `leaves` and what
 * they are made from stay.
 */
export function rewrite(
  outputs: readonly Value[],
  visit: (value: Value, inputs: readonly Value[]) => Value,
  leaves: ReadonlySet<Value> = new Set(),
): Value[] {
  const replaced = new Map<Value, Value>([...leaves].map((leaf) => [leaf, leaf]));
  for (const value of topologicalOrder(outputs, leaves)) {
    if (leaves.has(value)) continue;
    replaced.set(
      value,
      visit(
        value,
        value.inputs.map((input) => replaced.get(input)!),
      ),
    );
  }
  return outputs.map((output) => replaced.get(output)!);
}
