/** Small models for tests, encoded as files. */

import type { Attribute, OnnxTensor } from "../../../src/onnx/model.ts";
import type { ModelFile } from "../../../src/onnx/modelFile.ts";
import { decodeModel, type ReadExternal } from "../../../src/onnx/protobuf/decodeModel.ts";
import { encodeModel } from "../../../src/onnx/protobuf/encodeModel.ts";

export interface NodeSpec {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs?: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

export interface ModelSpec {
  readonly opset?: number;
  /** Of the images "x". */
  readonly input?: readonly number[];
  readonly nodes: readonly NodeSpec[];
  readonly tensors?: readonly OnnxTensor[];
  readonly output?: string;
}

/** A float tensor with entries that are neither round nor large. */
export const floats = (name: string, shape: readonly number[], scale = 1): OnnxTensor => ({
  name,
  dtype: "float32",
  shape,
  data: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
    Math.fround(scale * Math.sin(1 + 1.7 * i)),
  ),
});

export const integers = (
  name: string,
  data: readonly number[],
  shape = [data.length],
): OnnxTensor => ({
  name,
  dtype: "int64",
  shape,
  data,
});

/** Bytes of a model whose nodes compute "y", by default, from images "x". */
export function modelBytes({
  opset = 18,
  input = [2, 3, 8, 8],
  nodes,
  tensors = [],
  output = "y",
}: ModelSpec): Uint8Array {
  return encodeModel({
    name: "test",
    opset,
    irVersion: 8,
    nodes: nodes.map(({ op, inputs, outputs = ["y"], attributes = {} }, i) => ({
      name: `node${i}`,
      opType: op,
      domain: "",
      inputs,
      outputs,
      attributes,
    })),
    initializers: tensors,
    inputs: [{ name: "x", dtype: "float32", shape: input }],
    outputs: [{ name: output, dtype: "float32", shape: [] }],
  });
}

export const modelOf = (spec: ModelSpec, readExternal?: ReadExternal): ModelFile =>
  decodeModel(modelBytes(spec), readExternal);
