/** The passes that every graph goes through before it is lowered. Dead code needs none: outputs reach what lives. */
import type { Graph } from "../graph.ts";
import { foldConstants } from "./foldConstants.ts";
import { keepFactored } from "./keepFactored.ts";
import { poolBeforeRelu } from "./poolBeforeRelu.ts";
import { simplify } from "./simplify.ts";

export { foldConstants, keepFactored, poolBeforeRelu, simplify };

/** The same computation with less to do; inputs and names stay. */
export function optimize(graph: Graph): Graph {
  let values = graph.outputs.map(({ value }) => value);
  for (
    let before: typeof values | undefined;
    !before || values.some((value, i) => value !== before![i]);
  ) {
    before = values;
    values = simplify(keepFactored(foldConstants(values)));
  }
  return { ...graph, outputs: graph.outputs.map(({ name }, i) => ({ name, value: values[i]! })) };
}
