/** Graphs as text: one line per value, numbered from the top, the same for the same graph in every process. */
import { type Graph, topologicalOrder } from "./graph.ts";
import { formatShape } from "./shapes.ts";
import type { Value } from "./value.ts";

/**
 * ```
 * graph square(x float32[2])
 *   %0 = mul(x, x) float32[2]
 *   return y = %0
 * ```
 */
export function printGraph(graph: Graph): string {
  const names = new Map<Value, string>();
  const lines: string[] = [];
  for (const value of topologicalOrder(graph.outputs.map((output) => output.value))) {
    if (value.op === "input") {
      names.set(value, value.attrs.name);
    } else if (value.op === "constant" && value.attrs.data.length === 1) {
      names.set(value, String(value.attrs.data[0]));
    } else {
      const name = `%${lines.length}`;
      const operands = [...value.inputs.map((input) => names.get(input)!), ...printAttrs(value)];
      lines.push(`  ${name} = ${value.op}(${operands.join(", ")}) ${printType(value)}`);
      names.set(value, name);
    }
  }
  const inputs = graph.inputs.map((input) => `${input.attrs.name} ${printType(input)}`);
  const outputs = graph.outputs.map(({ name, value }) => `${name} = ${names.get(value)}`);
  return [
    `graph ${graph.name}(${inputs.join(", ")})`,
    ...lines,
    `  return ${outputs.join(", ")}`,
    "",
  ].join("\n");
}

const printType = (value: Value): string => `${value.dtype}${formatShape(value.shape)}`;

/** Attributes that the result's type does not already show. */
function printAttrs({ op, attrs }: Value): string[] {
  return Object.entries(attrs)
    .filter(([key]) => !(key === "shape" || key === "sizes" || key === "dtype"))
    .map(
      ([key, value]) =>
        `${key}=${op === "constant" ? abbreviate(value as readonly number[]) : JSON.stringify(value)}`,
    );
}

const abbreviate = (data: readonly number[]): string =>
  data.length <= 8
    ? JSON.stringify(data)
    : `[${data.slice(0, 8).join(",")},... ${data.length} numbers]`;
