/** The walk through a model's nodes that builds its computation for a given batch of images. */
import { input } from "../../ir/builders/index.ts";
import { topologicalOrder } from "../../ir/graph.ts";
import type { Shape } from "../../ir/ops.ts";
import { ShapeError } from "../../ir/shapes.ts";
import type { Value } from "../../ir/value.ts";
import { type FileNode, type FileTensor, isFloat, type ModelFile } from "../modelFile.ts";
import { ImportError } from "./error.ts";
import { fold } from "./folding.ts";
import { ImportNode, type Surroundings, type WeightUse } from "./node.ts";
import { computed, type Known, type Operand } from "./operand.ts";
import { translationOf } from "./operators/index.ts";

/** Tensors of the file that the computation is fed with, and which of them are weights of layers. */
export interface Leaves {
  readonly tensors: ReadonlyMap<string, FileTensor>;
  readonly weights: ReadonlyMap<string, WeightUse>;
}

export interface Trace extends Leaves {
  readonly output: Value;
  /** Tensors that have the batch in front. */
  readonly batched: ReadonlySet<string>;
}

export interface TraceOptions {
  /** Name of the tensor that the images are fed to, and the images as it takes them. */
  readonly imageInput: string;
  readonly images: Value;
  /** Name of the tensor that is asked for. */
  readonly output: string;
  /** Nodes that are left out: their result is their first input. */
  readonly omitted: ReadonlySet<FileNode>;
  readonly batch: Surroundings["batch"];
  /** Tensors that have the batch in front, as an earlier trace found; else those of the batch's extent have. */
  readonly batched?: ReadonlySet<string>;
  readonly batchStatistics: boolean;
  readonly classes?: Surroundings["classes"];
  /** Shapes of tensors that are another than in the file. */
  readonly shapes?: ReadonlyMap<string, Shape>;
  /** The value that stands for a tensor; by default an input of its name. */
  leaf?(name: string, shape: Shape): Value;
}

/**
 * Translates what the output needs, in the file's order.
 * @throws {ImportError} naming the node that stops it.
 */
export function trace(model: ModelFile, options: TraceOptions): Trace {
  const opset = model.opsets.get("") ?? 1;
  const known = new Map<string, Operand>();
  for (const tensor of model.initializers) {
    if (known.has(tensor.name)) {
      throw new ImportError(`two of its initializers are called "${tensor.name}"`);
    }
    known.set(tensor.name, { kind: "known", isInitializer: true, ...tensor });
  }
  const batched = new Set(options.batched);
  const leaves = new LeafTable(options);
  const surroundings: Surroundings = {
    opset,
    batch: options.batch,
    isBatched: (name) => batched.has(name),
    batchStatistics: options.batchStatistics,
    classes: options.classes,
    leaf: (tensor) => leaves.leaf(tensor),
    weight: (value, use) => leaves.mark(value, use),
    dependsOn: (value) => leaves.dependsOn(value),
  };
  const isBatched = (value: Value): boolean =>
    value.shape[0] === options.batch.actual && leaves.dependsOn(value).images;
  known.set(options.imageInput, computed(options.images));
  batched.add(options.imageInput);
  for (const node of neededNodes(model, options)) {
    const inputs = node.inputs.map((name) =>
      name === "" ? undefined : operandNamed(known, name, node),
    );
    const one = new ImportNode(node, inputs, surroundings);
    const results = options.omitted.has(node) ? [one.operand(0)] : translated(one, node, inputs);
    results.forEach((result, i) => {
      const name = node.outputs[i];
      if (!name) return;
      known.set(name, result.kind === "known" && !result.name ? { ...result, name } : result);
      if (!options.batched && result.kind === "computed" && isBatched(result.value))
        batched.add(name);
    });
  }
  const output = known.get(options.output);
  if (output?.kind !== "computed") {
    throw new ImportError(`its output "${options.output}" does not depend on the images`);
  }
  return { output: output.value, batched, tensors: leaves.tensors, weights: leaves.weights };
}

function operandNamed(known: ReadonlyMap<string, Operand>, name: string, node: FileNode): Operand {
  const operand = known.get(name);
  if (operand) return operand;
  throw new ImportError(`its input "${name}" is computed by no node before it`, node);
}

/** Shape arithmetic is computed at once, so long as no weight goes into it. */
function translated(
  node: ImportNode,
  file: FileNode,
  inputs: readonly (Operand | undefined)[],
): Operand[] {
  const translate = translationOf(file);
  const given = inputs.filter((operand) => operand !== undefined);
  if (given.length > 0 && given.every(isArithmetic)) {
    const folded = explained(file, () => fold(node, given, translate));
    if (folded) return folded;
  }
  if (!translate) throw new ImportError("its operator is not supported", file);
  const result = explained(file, () => translate(node));
  const all: readonly (Value | Operand)[] = Array.isArray(result) ? result : [result];
  return all.map((one) => ("kind" in one ? one : computed(one)));
}

/** Errors of shapes name the node. */
function explained<T>(file: FileNode, translate: () => T): T {
  try {
    return translate();
  } catch (error) {
    if (error instanceof ShapeError || error instanceof RangeError) {
      throw new ImportError(error.message, file);
    }
    throw error;
  }
}

/** Larger tensors of floats, and initializers of several, are weights and not shape arithmetic. */
const LARGEST_FOLDED = 16;

const isArithmetic = (operand: Operand): operand is Known =>
  operand.kind === "known" &&
  (!isFloat(operand.type) || operand.data.length <= (operand.isInitializer ? 1 : LARGEST_FOLDED));

/**
 * The nodes that the output depends on, in the file's order, which has to be one in which they can be computed.
 * @throws {ImportError} when two nodes compute the same tensor.
 */
function neededNodes(model: ModelFile, { output, imageInput }: TraceOptions): FileNode[] {
  const producers = new Map<string, FileNode>();
  for (const node of model.nodes) {
    for (const name of node.outputs.filter((name) => name !== "")) {
      if (producers.has(name)) {
        throw new ImportError(`it computes "${name}", which another node computes too`, node);
      }
      producers.set(name, node);
    }
  }
  const needed = new Set<FileNode>();
  const wanted = new Set([output]);
  for (const name of wanted) {
    const node = name === imageInput ? undefined : producers.get(name);
    if (!node || needed.has(node)) continue;
    needed.add(node);
    for (const input of node.inputs) if (input !== "") wanted.add(input);
  }
  return model.nodes.filter((node) => needed.has(node));
}

/** Which tensors of the file are fed, which of those are weights, and what depends on them. */
class LeafTable implements Leaves {
  readonly tensors = new Map<string, FileTensor>();
  readonly weights = new Map<string, WeightUse>();
  readonly #options: TraceOptions;
  readonly #names = new Map<Value, string>();
  readonly #known = new Map<Value, { images: boolean; weights: boolean }>();

  constructor(options: TraceOptions) {
    this.#options = options;
  }

  leaf(tensor: Known): Value {
    const { name } = tensor;
    const shape = this.#options.shapes?.get(name) ?? tensor.shape;
    const value = this.#options.leaf?.(name, shape) ?? input(name, shape);
    this.tensors.set(name, tensor);
    this.#names.set(value, name);
    return value;
  }

  /** A tensor that has several uses keeps the first. */
  mark(value: Value, use: WeightUse): void {
    for (const part of topologicalOrder([value], new Set(this.#names.keys()))) {
      const name = this.#names.get(part);
      if (name === undefined || this.weights.has(name)) continue;
      this.weights.set(name, use);
      this.#known.clear();
    }
  }

  dependsOn(value: Value): { images: boolean; weights: boolean } {
    const pending = [value];
    while (pending.length > 0) {
      const next = pending.at(-1)!;
      if (this.#known.has(next)) {
        pending.pop();
        continue;
      }
      const name = this.#names.get(next);
      const inputs = name === undefined && next !== this.#options.images ? next.inputs : [];
      const unknown = inputs.filter((one) => !this.#known.has(one));
      if (unknown.length > 0) {
        pending.push(...unknown);
        continue;
      }
      const parts = inputs.map((one) => this.#known.get(one)!);
      this.#known.set(next, {
        images: next === this.#options.images || parts.some(({ images }) => images),
        weights:
          (name !== undefined && this.weights.has(name)) || parts.some(({ weights }) => weights),
      });
      pending.pop();
    }
    return this.#known.get(value)!;
  }
}
