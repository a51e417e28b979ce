/** What a model is made of, and whether it can be distilled against. */
import type { FileNode, FileValueInfo, ModelFile } from "../modelFile.ts";
import { ImportError } from "./error.ts";
import { foldable } from "./folding.ts";
import { fedInputs, type ImageInput } from "./images.ts";
import { type ImportedModel, type ImportOptions, importModel } from "./importModel.ts";
import { translationOf } from "./operators/index.ts";

/** An operator of the model. Whatever can be computed can be differentiated, to any order. */
export interface OperatorSupport {
  /** With its domain, unless that is ai.onnx. */
  readonly op: string;
  readonly count: number;
  readonly forward: boolean;
  readonly firstOrder: boolean;
  readonly secondOrder: boolean;
  /** Whether it is known of shapes and constants only. */
  readonly shapesOnly: boolean;
}

export interface InspectedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Trained, or fed but never trained. */
  readonly trained: boolean;
}

export interface Inspection {
  readonly distillable: boolean;
  /** What stands in the way. */
  readonly reason?: string;
  readonly producer: string;
  readonly opset: number | undefined;
  readonly inputs: readonly FileValueInfo[];
  readonly outputs: readonly FileValueInfo[];
  readonly images?: ImageInput;
  readonly classes?: number;
  /** Operators behind the logits that are left out. */
  readonly omitted?: readonly string[];
  readonly parameters: readonly InspectedTensor[];
  readonly operators: readonly OperatorSupport[];
}

/** Looks at a model; one that cannot be distilled against is described as well. */
export function inspectModel(model: ModelFile, options: ImportOptions = {}): Inspection {
  const found = imported(model, options);
  const facts = {
    producer: model.producer,
    opset: model.opsets.get(""),
    inputs: fedInputs(model),
    outputs: model.outputs,
    operators: operatorsOf(model),
  };
  if (found instanceof ImportError) {
    return { distillable: false, reason: found.message, ...facts, parameters: [] };
  }
  const { images, classes, omitted, parameters, buffers } = found;
  const tensors = (trained: boolean, list: ImportedModel["parameters"]) =>
    list.map(({ name, shape }) => ({ name, shape, trained }));
  return {
    distillable: true,
    ...facts,
    images,
    classes,
    omitted,
    parameters: [...tensors(true, parameters), ...tensors(false, buffers)],
  };
}

function imported(model: ModelFile, options: ImportOptions): ImportedModel | ImportError {
  try {
    return importModel(model, options);
  } catch (error) {
    if (error instanceof ImportError) return error;
    throw error;
  }
}

/** All operators by how often they occur. */
function operatorsOf({ nodes }: ModelFile): OperatorSupport[] {
  const counts = new Map<string, { node: FileNode; count: number }>();
  for (const node of nodes) {
    const op = node.domain === "" ? node.opType : `${node.domain}.${node.opType}`;
    counts.set(op, { node, count: (counts.get(op)?.count ?? 0) + 1 });
  }
  return [...counts]
    .map(([op, { node, count }]) => ({ op, count, ...support(node) }))
    .sort((a, b) => b.count - a.count || (a.op < b.op ? -1 : 1));
}

/** Whether nodes of an operator are translated, or computed of what is known only. */
function support(node: FileNode): Omit<OperatorSupport, "op" | "count"> {
  const translated = translationOf(node) !== undefined;
  const known = node.domain === "" && foldable.includes(node.opType);
  return {
    forward: translated || known,
    firstOrder: translated,
    secondOrder: translated,
    shapesOnly: known && !translated,
  };
}
