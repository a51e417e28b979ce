/** Where float32 decides otherwise than float64: from there on the two differentiate different functions. */
import { type Graph, topologicalOrder } from "../src/ir/graph.ts";
import { evaluate } from "../src/ir/interpreter/index.ts";
import { optimize } from "../src/ir/passes/index.ts";
import type { Value } from "../src/ir/value.ts";
import { compile } from "../src/onnx/compile.ts";
import type { Executor } from "../src/runtime/executor.ts";

/** What ReLUs see, and the entries that max-pools choose, in the order of their computation. */
function decisionsOf({ outputs }: Graph): Value[] {
  return topologicalOrder(outputs.map(({ value }) => value)).flatMap((value): Value[] => {
    if (value.op === "relu") return [value.inputs[0]!];
    return value.op === "maxPoolIndex" ? [value] : [];
  });
}

/**
 * The first unit of a graph whose ReLU or max-pool decides differently on an executor, lowered for every
 * device, as text with what it sees on both sides; or that there is none.
 */
export async function firstFlip(
  graph: Graph,
  executor: Executor,
  feeds: ReadonlyMap<string, Float32Array>,
): Promise<string> {
  const optimized = optimize(graph);
  const decisions = decisionsOf(optimized);
  if (decisions.length === 0) return NONE;
  const outputs = decisions.map((value, i) => ({ name: `decision ${i}`, value }));
  // Other targets choose entries of pools by integers, which are no outputs.
  const program = compile({ ...optimized, name: "decisions", outputs }, "portable");
  const [result] = await executor.run(program, [feeds]);
  const expected = evaluate(decisions, feeds);
  for (const [i, value] of decisions.entries()) {
    const single = result!.get(`decision ${i}`)!;
    const double = expected[i]!;
    const index = value.op === "maxPoolIndex";
    const at = double.findIndex((x, k) => (index ? x !== single[k] : x > 0 !== single[k]! > 0));
    if (at < 0) continue;
    const what = index ? "max-pool" : "ReLU";
    const kind = index ? "chooses entry" : "sees";
    return `${what} over [${value.shape}], unit ${at}: float64 ${kind} ${double[at]}, float32 ${single[at]}`;
  }
  return NONE;
}

const NONE = "no ReLU or max-pool decides differently";
