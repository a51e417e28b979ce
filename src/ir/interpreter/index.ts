/** The float64 interpreter: what every lowering, runtime and gradient is compared with. */
import { topologicalOrder } from "../graph.ts";
import type { OpName } from "../ops.ts";
import { formatShape } from "../shapes.ts";
import { sizeOf, type Value } from "../value.ts";
import { elementwise } from "./elementwise.ts";
import type { Kernels } from "./kernel.ts";
import { movement } from "./movement.ts";
import { pooling } from "./pooling.ts";
import { products } from "./products.ts";
import { reductions } from "./reduce.ts";

/** Numbers of each graph input by name, row-major; bool inputs as 0 and 1. */
export type Feeds = ReadonlyMap<string, Float64Array | Float32Array>;

const sources = ["input", "constant"] as const;

const kernels: Kernels<Exclude<OpName, (typeof sources)[number]>> = {
  ...elementwise,
  ...reductions,
  ...movement,
  ...products,
  ...pooling,
};

/**
 * Computes values in float64.
 *
 * @param feeds - one array per input that the outputs depend on; further ones are ignored.
 * @returns one new row-major array per output.
 * @throws when a feed is missing or has the wrong size.
 */
export function evaluate(outputs: readonly Value[], feeds: Feeds): Float64Array[] {
  const order = topologicalOrder(outputs);
  const lastUser = new Map<Value, Value>();
  for (const value of order) for (const input of value.inputs) lastUser.set(input, value);
  const kept = new Set(outputs);

  const results = new Map<Value, Float64Array>();
  for (const value of order) {
    const inputs = value.inputs.map((input) => results.get(input) as Float64Array);
    results.set(value, compute(value, inputs, feeds));
    for (const input of value.inputs) {
      if (lastUser.get(input) === value && !kept.has(input)) results.delete(input);
    }
  }
  return outputs.map((output) => (results.get(output) as Float64Array).slice());
}

function compute(value: Value, inputs: readonly Float64Array[], feeds: Feeds): Float64Array {
  switch (value.op) {
    case "input":
      return feedOf(value, feeds);
    case "constant":
      return Float64Array.from(value.attrs.data);
    default:
      return applyKernel(value, inputs);
  }
}

function applyKernel<Op extends keyof typeof kernels>(
  value: Value<Op>,
  inputs: readonly Float64Array[],
): Float64Array {
  return kernels[value.op as Op](inputs, value);
}

function feedOf({ attrs: { name }, shape }: Value<"input">, feeds: Feeds): Float64Array {
  const expected = `${sizeOf(shape)} numbers, shape ${formatShape(shape)}`;
  const feed = feeds.get(name);
  if (!feed) throw new Error(`input "${name}" has no feed: expected ${expected}`);
  if (feed.length !== sizeOf(shape)) {
    throw new Error(`input "${name}" was fed ${feed.length} numbers: expected ${expected}`);
  }
  return Float64Array.from(feed);
}
