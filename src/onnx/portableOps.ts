/**
 * The portable core: ONNX operators that the CPU, CUDA, WebGPU and wasm providers all run in float32, each with
 * the opset version that it has in opset 18. Taken from the execution provider kernel tables of ONNX Runtime 1.30.
 *
 * Narrower than the operators themselves: MaxPool has one output, ConvTranspose one group, Max and Min two
 * inputs, and bool tensors only meet Not, And, Where (as the condition) and Cast.
 */
export const portableOps: Readonly<Record<string, number>> = {
  // products and windows
  Conv: 11,
  ConvTranspose: 11,
  MatMul: 13,
  Gemm: 13,
  MaxPool: 12,
  AveragePool: 11,

  // movement
  Reshape: 14,
  Squeeze: 13,
  Unsqueeze: 13,
  Transpose: 13,
  Expand: 13,
  Concat: 13,
  Split: 18,
  Slice: 13,
  Pad: 18,
  Gather: 13,
  Identity: 16,

  // reductions
  ReduceSum: 13,
  ReduceMax: 18,
  ReduceMean: 18,
  Softmax: 13,

  // elementwise
  Abs: 13,
  Add: 14,
  And: 7,
  Cast: 13,
  Clip: 13,
  Div: 14,
  Equal: 13,
  Erf: 13,
  Exp: 13,
  Greater: 13,
  LeakyRelu: 16,
  Less: 13,
  Log: 13,
  Max: 13,
  Min: 13,
  Mul: 14,
  Neg: 13,
  Not: 1,
  Pow: 15,
  Reciprocal: 13,
  Relu: 14,
  Sigmoid: 13,
  Sqrt: 13,
  Sub: 14,
  Tanh: 13,
  Where: 16,
};
