/** Memory estimates. */
import { type Graph, topologicalOrder } from "./graph.ts";
import { sizeOf, type Value } from "./value.ts";

const bytesOf = (value: Value): number => sizeOf(value.shape) * (value.dtype === "float32" ? 4 : 1);

/** Movements that runtimes do in place, and scalars broadcast on the fly. */
const free = new Set<Value["op"]>(["reshape", "expand", "stopGradient", "constant"]);

/**
 * Largest total size of the values that are alive at the same time when they are computed in creation order and
 * dropped after their last use; inputs and outputs live throughout. A runtime's own buffers come on top.
 */
export function peakBytes(graph: Graph): number {
  const outputs = graph.outputs.map(({ value }) => value);
  const order = topologicalOrder(outputs);
  const kept = new Set<Value>([...graph.inputs, ...outputs]);
  const lastUser = new Map<Value, Value>();
  for (const value of order) for (const input of value.inputs) lastUser.set(input, value);
  let live = graph.inputs.reduce((sum, input) => sum + bytesOf(input), 0);
  let peak = live;
  for (const value of order) {
    if (!free.has(value.op) && value.op !== "input") live += bytesOf(value);
    peak = Math.max(peak, live);
    for (const input of new Set(value.inputs)) {
      if (lastUser.get(input) === value && !kept.has(input) && !free.has(input.op))
        live -= bytesOf(input);
    }
  }
  return peak;
}
