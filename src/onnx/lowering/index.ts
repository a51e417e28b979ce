/** Lowers a graph of the IR to ai.onnx operators, the last step before encoding. */
import { type Graph, topologicalOrder } from "../../ir/graph.ts";
import type { OpName } from "../../ir/ops.ts";
import type { Value } from "../../ir/value.ts";
import { IR_VERSION, type OnnxModel, type OnnxNode, OPSET } from "../model.ts";
import { elementwiseLowerings, literalTensor } from "./elementwise.ts";
import { Emitter } from "./emitter.ts";
import type { Context, Lowering, LoweringTable, Target } from "./lowering.ts";
import { movementLowerings, reductionLowerings } from "./movement.ts";
import { poolLowerings } from "./pool.ts";
import { productLowerings } from "./products.ts";

export type { BlockedTarget, Target } from "./lowering.ts";

const table: LoweringTable<OpName> = {
  input: (_, { attrs }) => attrs.name,
  constant: literalTensor,
  ...elementwiseLowerings,
  ...movementLowerings,
  ...reductionLowerings,
  ...productLowerings,
  ...poolLowerings,
};

/**
 * The graph as an ONNX model of opset 18. With the default target every node has a kernel on the CPU, CUDA,
 * WebGPU and wasm providers. Inputs keep their order, also those that no output depends on.
 */
export function lower(graph: Graph, target: Target = "portable"): OnnxModel {
  const emit = new Emitter();
  const outputs = graph.outputs.map(({ value }) => value);
  const order = topologicalOrder(outputs);
  for (const { attrs } of graph.inputs) emit.reserve(attrs.name);
  for (const { name } of graph.outputs) emit.reserve(name);
  const uses = new Map<Value, number>();
  for (const used of [...outputs, ...order.flatMap((value) => value.inputs)]) {
    uses.set(used, (uses.get(used) ?? 0) + 1);
  }
  const names = new Map<Value, string>();
  const context: Context = {
    emit,
    target,
    name: (value) => names.get(value)!,
    uses: (value) => uses.get(value) ?? 0,
  };
  for (const value of order) {
    const lowering = table[value.op] as Lowering<OpName>;
    names.set(
      value,
      lowering(
        context,
        value,
        value.inputs.map((input) => names.get(input)!),
      ),
    );
  }
  for (const { name, value } of graph.outputs) emit.rename(names.get(value)!, name);
  return {
    name: graph.name,
    opset: OPSET,
    irVersion: IR_VERSION,
    ...withoutDeadNodes(emit, graph),
    inputs: graph.inputs.map(({ attrs }) => ({
      name: attrs.name,
      dtype: attrs.dtype,
      shape: attrs.shape,
    })),
    outputs: graph.outputs.map(({ name, value }) => ({
      name,
      dtype: value.dtype,
      shape: value.shape,
    })),
  };
}

/** Fusions leave producers behind that nothing reads. */
function withoutDeadNodes(emit: Emitter, graph: Graph): Pick<OnnxModel, "nodes" | "initializers"> {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes: OnnxNode[] = [];
  for (const node of emit.nodes.reverse()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    for (const input of node.inputs) needed.add(input);
    nodes.push(node);
  }
  return {
    nodes: nodes.reverse(),
    initializers: emit.initializers.filter(({ name }) => needed.has(name)),
  };
}
