/** From a graph of the IR to a serialized model with its static signature. */
import type { Graph } from "../ir/graph.ts";
import { optimize } from "../ir/passes/index.ts";
import { lower, type Target } from "./lowering/index.ts";
import type { OnnxModel, OnnxValueInfo } from "./model.ts";
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

/** Programs that are in use, by name and size. */
const inUse = new Map<string, WeakRef<Program>[]>();

/**
 * Optimizes, lowers and encodes a graph. The same program is the same object for as long as one holds it, so that
 * executors load it once, whoever compiles it again.
 */
export const compile = (graph: Graph, target: Target = "portable"): Program =>
  programOf(lower(optimize(graph), target));

/** The program of a graph that is lowered already. */
export function programOf(model: OnnxModel): Program {
  const { name, inputs, outputs, nodes } = model;
  const bytes = encodeModel(model);
  const key = `${name} ${bytes.length}`;
  const alike = (inUse.get(key) ?? []).filter((entry) => entry.deref());
  const known = alike.map((entry) => entry.deref()!).find((one) => sameBytes(one.bytes, bytes));
  const program = known ?? { name, bytes, inputs, outputs, nodes: nodes.length };
  if (!known) inUse.set(key, [...alike, new WeakRef(program)]);
  return program;
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
