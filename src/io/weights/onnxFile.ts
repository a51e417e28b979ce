/** Parameters as an ONNX model without nodes: initializers, each of which is an output of its name. */

import { IR_VERSION, OPSET } from "../../onnx/model.ts";
import { encodeModel } from "../../onnx/protobuf/encodeModel.ts";
import type { NamedTensors } from "./namedTensors.ts";

/** Protobuf's own limit. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * A model that a runtime gives the parameters out of, and that other tools read as initializers.
 * @throws RangeError when the parameters do not fit into one protobuf message.
 */
export function encodeOnnxTensors(tensors: NamedTensors): Uint8Array {
  const total = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (total > MAX_BYTES) {
    throw new RangeError(
      `An ONNX file holds at most 2 GiB, the parameters have ${total} bytes: write safetensors.`,
    );
  }
  const initializers = [...tensors].map(([name, { shape, data }]) => ({
    name,
    dtype: "float32" as const,
    shape,
    data,
  }));
  return encodeModel({
    name: "parameters",
    opset: OPSET,
    irVersion: IR_VERSION,
    nodes: [],
    initializers,
    inputs: [],
    outputs: initializers.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
  });
}
