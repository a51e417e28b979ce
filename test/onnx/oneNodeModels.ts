/** Models of one operator each, for asking ONNX Runtime whether it has a kernel. */
import { IR_VERSION, type OnnxDType, type OnnxModel, OPSET } from "../../src/onnx/model.ts";
import { encodeModel } from "../../src/onnx/protobuf/encodeModel.ts";

/** An operator's operands: shapes of data, or int64 constants. */
interface Form {
  readonly data: readonly (readonly number[])[];
  readonly constants?: readonly (readonly number[])[];
  readonly attributes?: OnnxModel["nodes"][number]["attributes"];
  /** Shape of the output; that of the first operand where it is left out. */
  readonly result?: readonly number[];
}

const unary: Form = { data: [[2, 4]] };
const binary: Form = { data: [[2, 4], [4]] };
const images = [2, 4, 6, 6];
const window = { kernel_shape: [2, 2], strides: [2, 2] };

/** Operators that are neither a function of one tensor nor of two that broadcast. */
const forms: Readonly<Record<string, Form>> = {
  Conv: {
    data: [images, [8, 4, 3, 3]],
    attributes: { kernel_shape: [3, 3] },
    result: [2, 8, 4, 4],
  },
  ConvTranspose: {
    data: [images, [4, 8, 3, 3]],
    attributes: { kernel_shape: [3, 3] },
    result: [2, 8, 8, 8],
  },
  MatMul: {
    data: [
      [2, 4],
      [4, 3],
    ],
    result: [2, 3],
  },
  Gemm: { data: [[2, 4], [4, 3], [3]], result: [2, 3] },
  MaxPool: { data: [images], attributes: window, result: [2, 4, 3, 3] },
  AveragePool: { data: [images], attributes: window, result: [2, 4, 3, 3] },
  Reshape: { data: [[2, 4]], constants: [[4, 2]], result: [4, 2] },
  Squeeze: { data: [[2, 1, 4]], constants: [[1]], result: [2, 4] },
  Unsqueeze: { data: [[2, 4]], constants: [[1]], result: [2, 1, 4] },
  Transpose: { data: [[2, 4]], attributes: { perm: [1, 0] }, result: [4, 2] },
  Expand: { data: [[1, 4]], constants: [[2, 4]], result: [2, 4] },
  Concat: {
    data: [
      [2, 4],
      [3, 4],
    ],
    attributes: { axis: 0 },
    result: [5, 4],
  },
  Split: { data: [[4]], constants: [[4]], attributes: { axis: 0 } },
  Slice: { data: [[2, 4]], constants: [[1], [4], [1], [1]], result: [2, 3] },
  Pad: { data: [[2, 4]], constants: [[0, 1, 0, 1]], result: [2, 6] },
  Gather: { data: [[2, 4]], constants: [[1, 0]], attributes: { axis: 0 }, result: [2, 4] },
  ScatterElements: { data: [[4], [1]], attributes: { axis: 0 } },
  ReduceSum: { data: [[2, 4]], constants: [[1]], result: [2, 1] },
  ReduceMax: { data: [[2, 4]], constants: [[1]], result: [2, 1] },
  ReduceMean: { data: [[2, 4]], constants: [[1]], result: [2, 1] },
  Cast: { data: [[2, 4]], attributes: { to: 1 } },
};

const binaries = "Add And Div Equal Greater Less Max Min Mul Pow Sub".split(" ");
const isComparison = (opType: string) =>
  ["And", "Equal", "Greater", "Less", "Not"].includes(opType);

/** The bytes of a model that applies an operator to inputs of a type. */
export function oneNodeModel(opType: string, dtype: OnnxDType): Uint8Array {
  const form = forms[opType] ?? (binaries.includes(opType) ? binary : unary);
  const data = opType === "Where" ? [[2, 4], [4], [2, 4]] : form.data;
  const inputs = data.map((shape, i) => ({
    name: `x${i}`,
    dtype: opType === "Where" && i === 0 ? ("bool" as const) : dtype,
    shape,
  }));
  const initializers = [
    ...(form.constants ?? []).map((numbers, i) => ({
      name: `c${i}`,
      dtype: "int64" as const,
      shape: [numbers.length],
      data: numbers,
    })),
    ...(opType === "ScatterElements"
      ? [{ name: "indices", dtype: "int64" as const, shape: [1], data: [2] }]
      : []),
  ];
  const operands =
    opType === "ScatterElements"
      ? ["x0", "indices", "x1"]
      : [...inputs, ...initializers].map(({ name }) => name);
  const node = { name: "n", opType, domain: "", inputs: operands, outputs: ["y"] };
  return encodeModel({
    name: opType,
    opset: OPSET,
    irVersion: IR_VERSION,
    nodes: [{ ...node, attributes: form.attributes ?? {} }],
    initializers,
    inputs,
    outputs: [{ name: "y", dtype: resultOf(opType, dtype), shape: form.result ?? data[0]! }],
  });
}

const resultOf = (opType: string, dtype: OnnxDType): OnnxDType => {
  if (isComparison(opType)) return "bool";
  return opType === "Cast" ? "float32" : dtype;
};
