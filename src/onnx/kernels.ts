/**
 * Which execution providers have a kernel for an operator, for ONNX Runtime 1.30 and the version that the operator has
 * in opset 18. Kernels are registered by that version: one "from 13 on" serves no newer version of the operator.
 *
 * Sources: for CPU and CUDA docs/OperatorKernels.md of the runtime; wasm is the CPU provider compiled for browsers; for
 * WebGPU the list in onnxruntime/core/providers/webgpu/webgpu_execution_provider.cc. test/onnx/kernelSessions.test.ts loads
 * every entry on CPU and wasm, and on WebGPU and CUDA where they are; CUDA's column was read only, and not tried yet.
 */
import type { OnnxDType } from "./model.ts";

export const providers = ["cpu", "cuda", "webgpu", "wasm"] as const;
export type Provider = (typeof providers)[number];

/** The version of an operator, and who computes it for which type of its data. */
export type Kernels = { readonly since: number } & {
  readonly [Type in OnnxDType]?: readonly Provider[];
};

const all = providers;
const allButWebgpu = ["cpu", "cuda", "wasm"] as const;

const ofFloats = (since: number): Kernels => ({ since, float32: all });
const ofAnything = (since: number): Kernels => ({
  since,
  float32: all,
  bool: allButWebgpu,
  int64: allButWebgpu,
});
/** Arithmetic on integers is left to processors. */
const ofNumbers = (since: number): Kernels => ({ since, float32: all, int64: allButWebgpu });

export const kernels: Readonly<Record<string, Kernels>> = {
  // products and windows
  Conv: ofFloats(11),
  ConvTranspose: ofFloats(11),
  MatMul: ofFloats(13),
  Gemm: ofFloats(13),
  MaxPool: ofFloats(12),
  AveragePool: ofFloats(11),

  // movement
  Reshape: { since: 14, float32: all, bool: all, int64: allButWebgpu },
  Squeeze: ofAnything(13),
  Unsqueeze: ofAnything(13),
  Identity: ofAnything(16),
  Transpose: ofAnything(13),
  Expand: ofAnything(13),
  Concat: ofAnything(13),
  Split: ofFloats(18),
  Slice: ofAnything(13),
  Pad: ofFloats(18),
  Gather: ofAnything(13),
  ScatterElements: ofFloats(18),

  // reductions
  ReduceSum: ofNumbers(13),
  ReduceMax: ofNumbers(18),
  ReduceMean: ofFloats(18),
  Softmax: ofFloats(13),

  // elementwise
  Abs: ofFloats(13),
  Add: ofNumbers(14),
  And: { since: 7, bool: all },
  Cast: { since: 13, float32: all, bool: all, int64: allButWebgpu },
  Clip: ofFloats(13),
  Div: ofNumbers(14),
  Equal: ofAnything(13),
  Erf: ofFloats(13),
  Exp: ofFloats(13),
  Greater: ofNumbers(13),
  LeakyRelu: ofFloats(16),
  Less: ofNumbers(13),
  Log: ofFloats(13),
  Max: ofNumbers(13),
  Min: ofNumbers(13),
  Mul: ofNumbers(14),
  Neg: ofNumbers(13),
  Not: { since: 1, bool: all },
  Pow: ofFloats(15),
  Reciprocal: ofFloats(13),
  Relu: ofFloats(14),
  Sigmoid: ofFloats(13),
  Sign: { since: 13, float32: allButWebgpu },
  Sqrt: ofFloats(13),
  Sub: ofNumbers(14),
  Tanh: ofFloats(13),
  Where: ofNumbers(16),
};
