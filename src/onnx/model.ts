/** ONNX models as plain objects: what the lowering emits and the codec encodes. */

/** An attribute: integers are numbers, floats are marked, since ONNX keeps them apart. */
export type Attribute = number | readonly number[] | string | { readonly float: number };

export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  /** Whose operator it is; "" for ai.onnx. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export type OnnxDType = "float32" | "bool" | "int64";

export interface OnnxTensor {
  readonly name: string;
  readonly dtype: OnnxDType;
  readonly shape: readonly number[];
  readonly data: readonly number[] | Float32Array;
}

export interface OnnxValueInfo {
  readonly name: string;
  readonly dtype: OnnxDType;
  readonly shape: readonly number[];
}

export interface OnnxModel {
  readonly name: string;
  readonly opset: number;
  readonly irVersion: number;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
}

/** The recent opset in which all four execution providers have kernels for everything emitted here. */
export const OPSET = 18;
export const IR_VERSION = 8;
