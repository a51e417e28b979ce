/** ONNX models that hold weights, as other tools write them. */
import onnxProto from "onnx-proto";

const { onnx } = onnxProto;
export const { DataType } = onnx.TensorProto;
export type TensorFields = NonNullable<Parameters<typeof onnx.TensorProto.create>[0]>;

/** A model of these initializers, and of a node and an input that a reader of weights passes over. */
export const weightsModel = (...initializer: readonly TensorFields[]): Uint8Array =>
  Uint8Array.from(
    onnx.ModelProto.encode(
      onnx.ModelProto.create({
        irVersion: 8,
        producerName: "a test",
        opsetImport: [{ domain: "", version: 18 }],
        graph: {
          name: "weights",
          node: [{ name: "relu", opType: "Relu", input: ["x"], output: ["y"] }],
          initializer: [...initializer],
          input: [{ name: "x" }],
        },
      }),
    ).finish(),
  );

/** A tensor whose elements are in another file. */
export const external = (
  name: string,
  dims: readonly number[],
  entries: Readonly<Record<string, string>>,
): TensorFields => ({
  name,
  dataType: DataType.FLOAT,
  dims: [...dims],
  dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
  externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
});

/** Little-endian bytes of float32 numbers. */
export const float32Bytes = (...values: readonly number[]): Uint8Array =>
  new Uint8Array(Float32Array.from(values).buffer);
