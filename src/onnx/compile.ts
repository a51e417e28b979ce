/** From a graph of the IR to a serialized model with its static signature. */
import type { Graph } from "../ir/graph.ts";
import { optimize } from "../ir/passes/index.ts";
import { lower, type Target } from "./lowering/index.ts";
import type { OnnxValueInfo } from "./model.ts";
import { encodeModel } from "./protobuf/encodeModel.ts";

/** A model ready to be loaded: the same bytes that `graph` writes to disk. */
export interface Program {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  /** Number of ONNX nodes. */
  readonly nodes: number;
}

/** Optimizes, lowers and encodes a graph. */
export function compile(graph: Graph, target: Target = "portable"): Program {
  const model = lower(optimize(graph), target);
  const { inputs, outputs, nodes } = model;
  return { name: graph.name, bytes: encodeModel(model), inputs, outputs, nodes: nodes.length };
}
