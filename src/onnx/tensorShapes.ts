/** Shapes of all tensors of a model that the lowering emits: ONNX's shape inference for the operators that it uses. */
import type { Shape } from "../ir/ops.ts";
import { broadcastShapes, windowOutput } from "../ir/shapes.ts";
import type { OnnxDType, OnnxModel, OnnxNode } from "./model.ts";

export interface TensorType {
  readonly shape: Shape;
  readonly dtype: OnnxDType;
}

/** What a rule knows of a node: its inputs' shapes, and the numbers of those that are constants. */
interface Known {
  readonly node: OnnxNode;
  readonly shapes: readonly [Shape, ...Shape[]];
  numbers(input: number): readonly number[];
}

type Rule = (known: Known) => Shape;

const broadcast: Rule = ({ shapes }) => shapes.reduce((a, b) => broadcastShapes(a, b)!);
const unchanged: Rule = ({ shapes: [x] }) => x;

const list = ({ attributes }: OnnxNode, name: string, otherwise: readonly number[]) =>
  (attributes[name] ?? otherwise) as readonly number[];
const flag = ({ attributes }: OnnxNode, name: string, otherwise = 0): number =>
  (attributes[name] ?? otherwise) as number;

/** [H,W] that a window slides over, to the numbers of its positions. */
function slid({ node, shapes: [x] }: Known): readonly [number, number] {
  const two = (name: string) => list(node, name, [1, 1]) as [number, number];
  return windowOutput([x[2]!, x[3]!], {
    kernel: two("kernel_shape"),
    strides: two("strides"),
    dilations: two("dilations"),
    pads: list(node, "pads", [0, 0, 0, 0]) as [number, number, number, number],
  });
}

const convolved: Rule = (known) => [known.shapes[0][0]!, known.shapes[1]![0]!, ...slid(known)];
const pooled: Rule = (known) => [...known.shapes[0].slice(0, 2), ...slid(known)];

const reduced: Rule = ({ node, shapes: [x], numbers }) => {
  const axes = numbers(1).map((axis) => (axis < 0 ? axis + x.length : axis));
  return flag(node, "keepdims", 1) === 1
    ? x.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
    : x.filter((_, axis) => !axes.includes(axis));
};

const rules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    "Add And Div Equal Greater Less Max Min Mul Pow Sub Where"
      .split(" ")
      .map((op) => [op, broadcast]),
  ),
  ...Object.fromEntries(
    "Abs Cast Clip Erf Exp Identity Log Neg Not Reciprocal Relu ReorderInput ScatterElements Sigmoid Softmax Sqrt Tanh"
      .split(" ")
      .map((op) => [op, unchanged]),
  ),
  AveragePool: pooled,
  Concat: ({ node, shapes }) =>
    shapes[0].map((extent, axis) =>
      axis === flag(node, "axis") ? shapes.reduce((sum, one) => sum + one[axis]!, 0) : extent,
    ),
  Conv: convolved,
  ConvTranspose({ node, shapes: [x, w] }) {
    const of = (name: string, i: number, otherwise = 1) => list(node, name, [])[i] ?? otherwise;
    const extent = (i: 0 | 1) =>
      of("strides", i) * (x[2 + i]! - 1) +
      (w![2 + i]! - 1) * of("dilations", i) +
      1 +
      of("output_padding", i, 0) -
      of("pads", i, 0) -
      of("pads", i + 2, 0);
    return [x[0]!, w![1]! * flag(node, "group", 1), extent(0), extent(1)];
  },
  Expand: ({ shapes: [x], numbers }) => broadcastShapes(x, numbers(1))!,
  Gather({ node, shapes: [x, indices] }) {
    const axis = flag(node, "axis");
    return [...x.slice(0, axis), ...indices!, ...x.slice(axis + 1)];
  },
  Gemm: ({ node, shapes: [a, b] }) => [
    a[flag(node, "transA") === 1 ? 1 : 0]!,
    b![flag(node, "transB") === 1 ? 0 : 1]!,
  ],
  MatMul({ shapes: [a, b] }) {
    const batch = broadcastShapes(a.slice(0, -2), b!.slice(0, -2))!;
    return [...batch, a.at(-2)!, b!.at(-1)!];
  },
  MaxPool: pooled,
  Pad: ({ shapes: [x], numbers }) =>
    x.map((extent, axis) => extent + numbers(1)[axis]! + numbers(1)[axis + x.length]!),
  ReduceMax: reduced,
  ReduceSum: reduced,
  ReorderOutput: ({ node, shapes: [x] }) => x.with(1, flag(node, "channels")),
  Reshape({ shapes: [x], numbers }) {
    const wanted = numbers(1);
    const rest = wanted.reduce((product, extent) => (extent < 0 ? product : product * extent), 1);
    return wanted.map((extent) => (extent < 0 ? x.reduce((a, b) => a * b, 1) / rest : extent));
  },
  Slice({ shapes: [x], numbers }) {
    const [starts, ends, axes, steps] = [1, 2, 3, 4].map(numbers) as [number[], ...number[][]];
    return x.map((extent, axis) => {
      const i = axes!.indexOf(axis);
      if (i < 0) return extent;
      const end = ends![i]! < 0 ? Math.max(-1, ends![i]! + extent) : ends![i]!;
      return Math.ceil((end - starts[i]!) / steps![i]!);
    });
  },
  Transpose: ({ node, shapes: [x] }) => list(node, "perm", []).map((axis) => x[axis]!),
};

const BOOL = 9;
const conditions = new Set(["And", "Equal", "Greater", "Less", "Not"]);

function dtypeOf({ opType, attributes }: OnnxNode, output: number, x: OnnxDType): OnnxDType {
  if (opType === "MaxPool" && output === 1) return "int64";
  if (opType === "Cast") return attributes.to === BOOL ? "bool" : "float32";
  if (opType === "Where") return "float32";
  return conditions.has(opType) ? "bool" : x;
}

/**
 * Shape and type of every tensor by name.
 * @throws {RangeError} for an operator that the lowering does not emit.
 */
export function tensorTypes({
  nodes,
  inputs,
  initializers,
}: OnnxModel): ReadonlyMap<string, TensorType> {
  const types = new Map<string, TensorType>();
  for (const { name, shape, dtype } of [...inputs, ...initializers])
    types.set(name, { shape, dtype });
  const constants = new Map(initializers.map(({ name, data }) => [name, data]));
  for (const node of nodes) {
    const rule = rules[node.opType];
    if (!rule) throw new RangeError(`no rule tells the shape of what ${node.opType} makes`);
    const given = node.inputs.flatMap((name) => types.get(name) ?? []);
    const shape = rule({
      node,
      shapes: given.map((one) => one.shape) as [Shape, ...Shape[]],
      numbers: (input) => [...constants.get(node.inputs[input]!)!],
    });
    node.outputs.forEach((name, i) => {
      types.set(name, { shape, dtype: dtypeOf(node, i, given[0]!.dtype) });
    });
  }
  return types;
}
