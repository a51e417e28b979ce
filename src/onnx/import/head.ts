/** A new last layer for another number of classes. */
import type { Shape } from "../../ir/ops.ts";
import { type FileNode, type FileTensor, isFloat, type ModelFile } from "../modelFile.ts";
import { ImportError } from "./error.ts";

/** Name of a layer, of its weight or of its node, and the classes that it is to tell apart. */
export interface NewHead {
  readonly layer: string;
  readonly classes: number;
}

export interface Head {
  /** Shapes of the tensors that are new. */
  readonly shapes: ReadonlyMap<string, Shape>;
  /** Classes before and after. */
  readonly classes: { readonly file: number; readonly actual: number };
}

/**
 * The tensors of a Gemm, MatMul or 1x1 Conv with other numbers of outputs, and of the bias that follows it.
 * @throws {ImportError} when there is no such layer, or it is none of these.
 */
export function newHead(model: ModelFile, { layer, classes }: NewHead): Head {
  const tensors = new Map(model.initializers.map((tensor) => [tensor.name, tensor]));
  const node = headNode(model, tensors, layer);
  const weight = tensors.get(
    node.inputs.find((name) => (tensors.get(name)?.shape.length ?? 0) > 1) ?? "",
  );
  if (!weight) throw new ImportError("its weight is not stored in the file", node);
  const axis = outputAxis(node);
  const file = weight.shape[axis]!;
  const resized = ({ shape }: FileTensor, at: number): Shape =>
    shape.map((extent, i) => (i === at ? classes : extent));
  const biases = [...node.inputs.slice(2), ...addedAfter(model, node)]
    .map((name) => tensors.get(name))
    .filter((bias) => bias !== undefined && isFloat(bias.type))
    .filter((bias) => bias!.shape.includes(file)) as FileTensor[];
  return {
    shapes: new Map([
      [weight.name, resized(weight, axis)],
      ...biases.map((bias) => [bias.name, resized(bias, bias.shape.indexOf(file))] as const),
    ]),
    classes: { file, actual: classes },
  };
}

const layers = new Set(["Gemm", "MatMul", "Conv"]);

function headNode(
  { nodes }: ModelFile,
  tensors: ReadonlyMap<string, FileTensor>,
  layer: string,
): FileNode {
  const candidates = nodes.filter(({ opType }) => layers.has(opType));
  const weightOf = (node: FileNode) => node.inputs.find((name) => tensors.get(name));
  const node = candidates.find(
    (one) => one.name === layer || [layer, `${layer}.weight`].includes(weightOf(one) ?? ""),
  );
  if (!node) {
    const known = candidates.map((one) => weightOf(one)?.replace(/\.weight$/, "") ?? one.name);
    throw new ImportError(
      `it has no layer "${layer}" for a new head: the last ones are ${known.slice(-3).join(", ")}`,
    );
  }
  const kernel = node.opType === "Conv" ? tensors.get(node.inputs[1] ?? "")?.shape.slice(2) : [];
  if (kernel?.some((extent) => extent !== 1)) {
    throw new ImportError(
      `a head is a Gemm, a MatMul or a 1x1 Conv, this one is ${kernel.join("x")}`,
      node,
    );
  }
  return node;
}

/** The axis of the weight that counts the outputs. */
const outputAxis = ({ opType, attributes }: FileNode): number =>
  opType === "Conv" || (opType === "Gemm" && attributes.get("transB") === 1) ? 0 : 1;

/** What the node's result is added to. */
const addedAfter = ({ nodes }: ModelFile, { outputs }: FileNode): readonly string[] =>
  nodes
    .filter(({ opType, inputs }) => opType === "Add" && inputs.includes(outputs[0]!))
    .flatMap(({ inputs }) => inputs);
