/** What every translated operator is tried out with. */
import type { Attribute, OnnxTensor } from "../../../src/onnx/model.ts";
import { floats, integers, type ModelSpec } from "./modelOf.ts";

export interface Case extends Omit<ModelSpec, "nodes"> {
  readonly op: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Inputs after x: tensors of the file, or "" for one that is left out. */
  readonly more?: readonly (OnnxTensor | "")[];
  /** Nodes before the one that is tested, which make "z" of "x". */
  readonly before?: ModelSpec["nodes"];
  /** Nodes after it, which make "y" of "t". */
  readonly after?: ModelSpec["nodes"];
  readonly outputs?: readonly string[];
}

export const images = [2, 3, 8, 8];
const positive: ModelSpec["nodes"] = [{ op: "Exp", inputs: ["x"], outputs: ["z"] }];
const condition: ModelSpec["nodes"] = [
  { op: "Relu", inputs: ["x"], outputs: ["r"] },
  { op: "Greater", inputs: ["r", "half"], outputs: ["z"] },
];
const asFloat: ModelSpec["nodes"] = [
  { op: "Cast", inputs: ["t"], outputs: ["y"], attributes: { to: 1 } },
];
const half = floats("half", [1], 0.5);
const channels = floats("c", [3, 1, 1]);

const unary = (op: string, rest: Partial<Case> = {}): Case => ({ op, ...rest });

export const cases: readonly Case[] = [
  ...["Abs", "Erf", "Exp", "Neg", "Relu", "Sigmoid", "Sign", "Tanh", "Identity"].map((op) =>
    unary(op),
  ),
  ...[
    "Softplus",
    "Softsign",
    "Elu",
    "Selu",
    "Celu",
    "LeakyRelu",
    "HardSigmoid",
    "HardSwish",
    "Mish",
    "ThresholdedRelu",
  ].map((op) => unary(op)),
  ...["Log", "Sqrt", "Reciprocal"].map((op) => unary(op, { before: positive })),
  unary("Elu", { attributes: { alpha: { float: 0.7 } } }),
  unary("Celu", { attributes: { alpha: { float: 1.6 } } }),
  unary("Selu", { attributes: { alpha: { float: 1.2 }, gamma: { float: 1.1 } } }),
  unary("LeakyRelu", { attributes: { alpha: { float: 0.2 } } }),
  unary("HardSigmoid", { attributes: { alpha: { float: 0.3 }, beta: { float: 0.4 } } }),
  unary("Gelu", { opset: 20 }),
  unary("Gelu", { opset: 20, attributes: { approximate: "tanh" } }),
  unary("PRelu", { more: [floats("slope", [3, 1, 1], 0.3)] }),
  unary("Clip", { opset: 10, attributes: { min: { float: -0.5 }, max: { float: 0.7 } } }),
  unary("Clip", { more: [floats("low", [], -0.5), floats("high", [], 0.9)] }),
  unary("Clip", { more: ["", floats("high", [], 0.4)] }),
  unary("Dropout", { opset: 10 }),
  unary("Dropout", { more: [floats("ratio", [], 0.5)] }),
  ...["Add", "Sub", "Mul", "Div"].map((op) => unary(op, { more: [channels] })),
  unary("Pow", { before: positive, more: [floats("p", [], 1.3)] }),
  unary("Pow", { more: [integers("p", [2], [])] }),
  unary("ReduceLogSumExp", {
    before: [{ op: "Mul", inputs: ["x", "thousand"], outputs: ["z"] }],
    tensors: [{ ...floats("thousand", []), data: [1000] }],
    more: [integers("axes", [1])],
  }),
  ...["Max", "Min", "Sum", "Mean"].map((op) =>
    unary(op, { more: [floats("a", images), channels] }),
  ),
  ...["Greater", "Less", "GreaterOrEqual", "LessOrEqual", "Equal"].map((op) =>
    unary(op, { more: [channels], after: asFloat }),
  ),
  unary("Not", { before: condition, tensors: [half], after: asFloat }),
  ...["And", "Or"].map((op) =>
    unary(op, {
      before: condition,
      tensors: [half],
      more: [{ name: "b", dtype: "bool", shape: [3, 1, 1], data: [1, 0, 1] }],
      after: asFloat,
    }),
  ),
  unary("Where", { before: condition, tensors: [half], more: [floats("a", images), channels] }),
  unary("Cast", { before: condition, tensors: [half], attributes: { to: 1 } }),
  unary("CastLike", { before: condition, tensors: [half], more: [channels] }),

  unary("Conv", {
    more: [floats("w", [4, 3, 3, 3])],
    attributes: { pads: [1, 0, 2, 1], strides: [2, 1] },
  }),
  unary("Conv", {
    more: [floats("w", [4, 3, 3, 3]), floats("b", [4])],
    attributes: { dilations: [2, 2] },
  }),
  unary("Conv", { more: [floats("w", [6, 1, 3, 3])], attributes: { group: 3 } }),
  unary("Conv", {
    more: [floats("w", [4, 3, 4, 4])],
    attributes: { auto_pad: "SAME_UPPER", strides: [3, 3] },
  }),
  unary("Conv", { more: [floats("w", [4, 3, 4, 4])], attributes: { auto_pad: "SAME_LOWER" } }),
  unary("Conv", { more: [floats("w", [4, 3, 4, 4])], attributes: { auto_pad: "VALID" } }),
  unary("ConvTranspose", {
    more: [floats("w", [3, 4, 3, 3]), floats("b", [4])],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] },
  }),
  unary("ConvTranspose", {
    more: [floats("w", [3, 2, 3, 3])],
    attributes: { strides: [2, 2], output_shape: [16, 15] },
  }),
  unary("ConvTranspose", {
    more: [floats("w", [3, 2, 3, 3])],
    attributes: { strides: [2, 2], auto_pad: "SAME_UPPER" },
  }),
  unary("ConvTranspose", {
    more: [floats("w", [3, 2, 4, 3])],
    attributes: { strides: [2, 1], auto_pad: "SAME_LOWER" },
  }),
  unary("MatMul", { more: [floats("w", [8, 5])] }),
  unary("MatMul", { more: [floats("w", [8])] }),
  unary("MatMul", { more: [floats("w", [3, 8, 2])] }),
  unary("Gemm", { input: [4, 6], more: [floats("w", [6, 5])] }),
  unary("Gemm", {
    input: [4, 6],
    more: [floats("w", [5, 6]), floats("b", [5])],
    attributes: { transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } },
  }),
  unary("Gemm", {
    input: [6, 4],
    more: [floats("w", [6, 5]), floats("b", [4, 1])],
    attributes: { transA: 1 },
  }),

  unary("MaxPool", { attributes: { kernel_shape: [3, 2], strides: [2, 2] } }),
  unary("MaxPool", { attributes: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 } }),
  unary("MaxPool", { attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], dilations: [2, 2] } }),
  unary("MaxPool", {
    attributes: { kernel_shape: [3, 3], strides: [2, 2], auto_pad: "SAME_UPPER" },
  }),
  unary("AveragePool", {
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  }),
  unary("AveragePool", {
    attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 },
  }),
  unary("AveragePool", {
    opset: 19,
    attributes: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 },
  }),
  unary("GlobalAveragePool"),
  unary("GlobalMaxPool"),

  unary("BatchNormalization", {
    more: [
      floats("s", [3]),
      floats("b", [3]),
      floats("m", [3]),
      { ...floats("v", [3]), data: [0.5, 1, 2] },
    ],
  }),
  unary("InstanceNormalization", {
    more: [floats("s", [3]), floats("b", [3])],
    attributes: { epsilon: { float: 1e-3 } },
  }),
  unary("LayerNormalization", { more: [floats("s", [8]), floats("b", [8])] }),
  unary("LayerNormalization", { more: [floats("s", [3, 8, 8])], attributes: { axis: 1 } }),
  unary("GroupNormalization", {
    opset: 21,
    input: [2, 6, 4, 4],
    more: [floats("s", [6]), floats("b", [6])],
    attributes: { num_groups: 3 },
  }),
  unary("LRN", {
    input: [2, 6, 4, 4],
    attributes: { size: 5, alpha: { float: 0.1 }, bias: { float: 2 } },
  }),
  unary("LpNormalization", { attributes: { axis: 1 } }),
  unary("LpNormalization", { attributes: { axis: 1, p: 1 } }),

  ...[
    "ReduceSum",
    "ReduceMean",
    "ReduceMax",
    "ReduceMin",
    "ReduceL1",
    "ReduceL2",
    "ReduceSumSquare",
    "ReduceLogSumExp",
  ].map((op) => unary(op, { more: [integers("axes", [1, -1])], attributes: { keepdims: 0 } })),
  ...["ReduceMean", "ReduceMax", "ReduceL2"].map((op) =>
    unary(op, { opset: 12, attributes: { axes: [2, 3] } }),
  ),
  unary("ReduceSum", { attributes: { noop_with_empty_axes: 1 } }),
  unary("ReduceSum", { after: [{ op: "Mul", inputs: ["t", "t"] }] }),
  unary("ReduceLogSum", { before: positive, more: [integers("axes", [1])] }),
  unary("Softmax", { attributes: { axis: 1 } }),
  unary("Softmax", { opset: 11, attributes: { axis: 2 } }),
  unary("Softmax", { opset: 11 }),
  unary("LogSoftmax", { attributes: { axis: -2 } }),

  unary("Reshape", { more: [integers("s", [0, -1, 4])] }),
  unary("Flatten"),
  unary("Flatten", { attributes: { axis: -1 } }),
  unary("Transpose", { attributes: { perm: [2, 0, 3, 1] } }),
  unary("Transpose"),
  unary("Squeeze", { input: [2, 1, 8, 1], more: [integers("axes", [1, -1])] }),
  unary("Squeeze", { opset: 11, input: [2, 1, 8, 1], attributes: { axes: [3] } }),
  unary("Unsqueeze", { more: [integers("axes", [0, -1])] }),
  unary("Unsqueeze", { opset: 11, attributes: { axes: [1] } }),
  unary("Concat", { more: [floats("a", [2, 2, 8, 8])], attributes: { axis: 1 } }),
  unary("Slice", {
    more: [
      integers("s", [1, -3]),
      integers("e", [99, -1]),
      integers("a", [2, 3]),
      integers("t1", [2, 1]),
    ],
  }),
  unary("Slice", {
    more: [integers("s", [-1]), integers("e", [-99]), integers("a", [3]), integers("t1", [-2])],
  }),
  unary("Slice", { opset: 9, attributes: { starts: [0, 1], ends: [2, 3], axes: [2, 1] } }),
  unary("Split", {
    more: [integers("s", [1, 2])],
    attributes: { axis: 1 },
    outputs: ["u", "t"],
    after: [{ op: "Neg", inputs: ["t"] }],
  }),
  unary("Split", {
    opset: 13,
    attributes: { axis: 2 },
    outputs: ["u", "t"],
    after: [{ op: "Neg", inputs: ["t"] }],
  }),
  unary("Expand", { input: [2, 1, 8, 1], more: [integers("s", [2, 3, 1, 5])] }),
  unary("Tile", { more: [integers("r", [1, 2, 1, 3])] }),
  unary("Pad", { more: [integers("p", [0, 1, 2, 0, 0, 0, -1, 3])] }),
  unary("Pad", { more: [integers("p", [0, 0, 2, 1, 0, 0, 1, 3]), floats("v", [], 0.5)] }),
  unary("Pad", {
    more: [integers("p", [0, 0, 2, 1, 0, 0, 1, 3])],
    attributes: { mode: "reflect" },
  }),
  unary("Pad", {
    more: [integers("p", [2, 1]), "", integers("a", [3])],
    attributes: { mode: "edge" },
  }),
  unary("Pad", { opset: 10, attributes: { pads: [0, 0, 1, 1, 0, 0, 1, 1], value: { float: 2 } } }),
  unary("Pad", {
    more: [
      integers("p", [0, 0, 1, 0, 0, 0, 0, 2]),
      { ...floats("v", []), data: [Number.NEGATIVE_INFINITY] },
    ],
    after: [{ op: "MaxPool", inputs: ["t"], attributes: { kernel_shape: [3, 3] } }],
  }),
  unary("Gather", { more: [integers("i", [2, 0, -1, 0], [2, 2])], attributes: { axis: 1 } }),
  unary("Gather", { more: [integers("i", [3], [])], attributes: { axis: -1 } }),
  unary("DepthToSpace", { input: [2, 8, 3, 4], attributes: { blocksize: 2 } }),
  unary("DepthToSpace", { input: [2, 8, 3, 4], attributes: { blocksize: 2, mode: "CRD" } }),
  unary("SpaceToDepth", { attributes: { blocksize: 2 } }),

  unary("Resize", {
    more: ["", { ...floats("f", [4]), data: [1, 1, 2, 1.5] }],
    attributes: { mode: "linear" },
  }),
  unary("Resize", { opset: 10, more: [{ ...floats("f", [4]), data: [1, 1, 2, 1.5] }] }),
  ...["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"].map((mode) =>
    unary("Resize", {
      more: ["", "", integers("s", [2, 3, 13, 5])],
      attributes: { mode: "linear", coordinate_transformation_mode: mode },
    }),
  ),
  ...["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"].map((mode) =>
    unary("Resize", {
      more: ["", "", integers("s", [2, 3, 13, 5])],
      attributes: { mode: "nearest", nearest_mode: mode },
    }),
  ),
  unary("Resize", {
    more: ["", "", integers("s", [5, 3])],
    attributes: { mode: "nearest", axes: [-2, -1] },
  }),
  unary("Resize", {
    input: [1, 1, 10, 10],
    more: ["", { ...floats("f", [4]), data: [1, 1, Math.fround(0.7), Math.fround(1.9)] }],
    attributes: { mode: "nearest" },
  }),
  unary("Upsample", { opset: 9, more: [{ ...floats("f", [4]), data: [1, 1, 2, 3] }] }),
];
