/** One node of a model with its inputs, as its operator's translation sees it. */
import { constant } from "../../ir/builders/index.ts";
import type { Shape } from "../../ir/ops.ts";
import { makeValue, sizeOf, type Value } from "../../ir/value.ts";
import { type FileAttribute, type FileNode, type FileTensor, isFloat } from "../modelFile.ts";
import { ImportError } from "./error.ts";
import { type Known, type Operand, shapeOf } from "./operand.ts";

/** What a layer does with a tensor of its own, which decides how fresh ones start. */
export type WeightRole = "weight" | "bias" | "scale" | "slope";

/** Connections into and out of one unit of a layer, as its operator uses the weight. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** What a tensor is to the first layer that has it. */
export interface WeightUse {
  readonly role: WeightRole;
  /** Of a factor of a product. */
  readonly fans?: Fans;
}

/** What translations ask of the model around a node. */
export interface Surroundings {
  /** Version of ai.onnx. */
  readonly opset: number;
  /** Batch that the file fixes, and the batch that the images have here. */
  readonly batch: { readonly fixed: number | undefined; readonly actual: number };
  /** Whether a computed tensor of the file has the images' batch as its first axis. */
  isBatched(name: string): boolean;
  /** Whether batch normalisation takes the statistics of the batch instead of stored ones. */
  readonly batchStatistics: boolean;
  /** Number of classes that a new head has, and the file's. */
  readonly classes: { readonly file: number; readonly actual: number } | undefined;
  /** The input of the network that stands for a tensor of the file. */
  leaf(known: Known): Value;
  /** Says what a tensor is to a layer: what it is made of can be trained. */
  weight(value: Value, use: WeightUse): void;
  /** Whether a value depends on the images, and on weights. */
  dependsOn(value: Value): { readonly images: boolean; readonly weights: boolean };
}

/** Far more than any axis of a classifier has. */
export const LONGEST_AXIS = 2 ** 20;

/** More numbers than any shape arithmetic, window or layer of a classifier needs. */
const MOST_NUMBERS = 2 ** 27;

/** Larger tensors are fed; smaller ones that no layer takes as weights are part of the computation. */
const LARGEST_LITERAL = 16;

export class ImportNode {
  readonly model: Surroundings;
  readonly #node: FileNode;
  readonly #inputs: readonly (Operand | undefined)[];
  readonly #literal: boolean;

  constructor(
    node: FileNode,
    inputs: readonly (Operand | undefined)[],
    model: Surroundings,
    literal = false,
  ) {
    this.#node = node;
    this.#inputs = inputs;
    this.model = model;
    this.#literal = literal;
  }

  /** The same node with everything that is known as literals, integers too, and no batch in any shape. */
  ofLiterals(): ImportNode {
    const model = {
      ...this.model,
      batch: { fixed: undefined, actual: Number.NaN },
      isBatched: () => false,
      classes: undefined,
    };
    return new ImportNode(this.#node, this.#inputs, model, true);
  }

  get opset(): number {
    return this.model.opset;
  }

  get opType(): string {
    return this.#node.opType;
  }

  /** Number of inputs, those that are left out counted. */
  get inputCount(): number {
    return this.#inputs.length;
  }

  /** Whether an input has the images' batch as its first axis. */
  isBatched(index: number): boolean {
    return (
      this.operand(index).kind === "computed" && this.model.isBatched(this.#node.inputs[index]!)
    );
  }

  /** A number of entries that has to stay reasonable. */
  bounded(count: number, what: string, most = MOST_NUMBERS): number {
    if (count >= 0 && count <= most) return count;
    return this.fail(`it makes ${what}`);
  }

  get outputCount(): number {
    return this.#node.outputs.length;
  }

  fail(reason: string): never {
    throw new ImportError(reason, this.#node);
  }

  operand(index: number): Operand {
    return this.optional(index) ?? this.fail(`input ${index} is missing`);
  }

  optional(index: number): Operand | undefined {
    return this.#inputs[index];
  }

  shape(index: number): Shape {
    return shapeOf(this.operand(index));
  }

  /** An input as a value; one that is left out is undefined. */
  value(index: number): Value {
    return this.asValue(this.operand(index));
  }

  optionalValue(index: number): Value | undefined {
    const operand = this.optional(index);
    return operand && this.asValue(operand);
  }

  /** All inputs as values. */
  values(): [Value, ...Value[]] {
    if (this.#inputs.length === 0) this.fail("it has no inputs");
    return this.#inputs.map((_, index) => this.value(index)) as [Value, ...Value[]];
  }

  /** A layer's tensor: fed whatever its size, and trained unless the user says otherwise. */
  weight(index: number, role: WeightRole): Value {
    const value = this.fed(index);
    this.model.weight(value, { role });
    return value;
  }

  optionalWeight(index: number, role: WeightRole): Value | undefined {
    return this.optional(index) && this.weight(index, role);
  }

  /** A layer's weight, whose fans its shape tells. */
  factor(index: number, fansOf: (shape: Shape) => Fans): Value {
    const value = this.fed(index);
    this.model.weight(value, { role: "weight", fans: fansOf(value.shape) });
    return value;
  }

  /** A layer's tensor that is fed but not trained. */
  fed(index: number): Value {
    const operand = this.operand(index);
    return operand.kind === "known" && isFloat(operand.type) && !this.#literal
      ? this.model.leaf(operand)
      : this.asValue(operand);
  }

  asValue(operand: Operand): Value {
    if (operand.kind === "computed") return operand.value;
    const { type, shape, data } = operand;
    if (type === "bool") {
      return makeValue("constant", [], { data: [...data], shape, dtype: "bool" });
    }
    if (this.#literal || sizeOf(shape) <= LARGEST_LITERAL) return constant([...data], shape);
    if (!isFloat(type)) this.fail(`integers (${type}) can only be part of shape arithmetic`);
    return this.model.leaf(operand);
  }

  /** Numbers of an input that has to be known when the model is read. */
  known(index: number): readonly number[] {
    const operand = this.operand(index);
    if (operand.kind === "known") return [...operand.data];
    return this.fail(`input ${index} depends on the images; it has to be known beforehand`);
  }

  optionalKnown(index: number): readonly number[] | undefined {
    return this.optional(index) && this.known(index);
  }

  #attribute(name: string): FileAttribute | undefined {
    return this.#node.attributes.get(name);
  }

  has(name: string): boolean {
    return this.#attribute(name) !== undefined;
  }

  number(name: string, otherwise: number): number {
    const attribute = this.#attribute(name) ?? otherwise;
    return typeof attribute === "number" ? attribute : this.#misfit(name, "a number");
  }

  numbers(name: string): readonly number[] | undefined {
    const attribute = this.#attribute(name);
    if (attribute === undefined) return undefined;
    if (Array.isArray(attribute) && attribute.every((entry) => typeof entry === "number")) {
      return attribute;
    }
    return this.#misfit(name, "a list of numbers");
  }

  text(name: string, otherwise: string): string {
    const attribute = this.#attribute(name) ?? otherwise;
    return typeof attribute === "string" ? attribute : this.#misfit(name, "a string");
  }

  tensor(name: string): FileTensor | undefined {
    const attribute = this.#attribute(name);
    if (attribute === undefined) return undefined;
    if (typeof attribute === "object" && "data" in attribute) return attribute;
    return this.#misfit(name, "a tensor");
  }

  #misfit(name: string, expected: string): never {
    return this.fail(`its attribute ${name} is not ${expected}`);
  }
}

/** What an operator computes: one result, or several in order. */
export type Translation = (node: ImportNode) => Value | Operand | readonly (Value | Operand)[];
