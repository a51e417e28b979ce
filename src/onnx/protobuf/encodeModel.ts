/** ONNX models as protobuf. */
import onnxProto from "onnx-proto";
import type { Attribute, OnnxDType, OnnxModel, OnnxTensor, OnnxValueInfo } from "../model.ts";

const { onnx } = onnxProto;

const dataTypes: { readonly [D in OnnxDType]: number } = {
  float32: onnx.TensorProto.DataType.FLOAT,
  bool: onnx.TensorProto.DataType.BOOL,
  int64: onnx.TensorProto.DataType.INT64,
};

/** Serialized ModelProto. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const message = onnx.ModelProto.create({
    irVersion: model.irVersion,
    producerName: "onnx-distill",
    opsetImport: [{ domain: "", version: model.opset }, ...otherDomains(model)],
    graph: {
      name: model.name,
      node: model.nodes.map((node) => ({
        name: node.name,
        opType: node.opType,
        domain: node.domain,
        input: [...node.inputs],
        output: [...node.outputs],
        attribute: Object.entries(node.attributes).map(([name, attribute]) =>
          encodeAttribute(name, attribute),
        ),
      })),
      initializer: model.initializers.map(encodeTensor),
      input: model.inputs.map(encodeValueInfo),
      output: model.outputs.map(encodeValueInfo),
    },
  });
  return onnx.ModelProto.encode(message).finish();
}

/** The runtime's own operators, which have one version. */
const otherDomains = ({ nodes }: OnnxModel) =>
  [...new Set(nodes.map(({ domain }) => domain))]
    .filter((domain) => domain !== "")
    .map((domain) => ({ domain, version: 1 }));

function encodeAttribute(name: string, attribute: Attribute) {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof attribute === "number") return { name, type: AttributeType.INT, i: attribute };
  if (typeof attribute === "string") {
    return { name, type: AttributeType.STRING, s: new TextEncoder().encode(attribute) };
  }
  if ("float" in attribute) return { name, type: AttributeType.FLOAT, f: attribute.float };
  return { name, type: AttributeType.INTS, ints: [...attribute] };
}

function encodeTensor({ name, dtype, shape, data }: OnnxTensor) {
  return { name, dataType: dataTypes[dtype], dims: [...shape], rawData: rawBytes(dtype, data) };
}

/** Little-endian entries, as ONNX stores them on every machine. */
function rawBytes(dtype: OnnxDType, data: OnnxTensor["data"]): Uint8Array {
  if (dtype === "bool") return Uint8Array.from(data);
  const bytes = new DataView(new ArrayBuffer(data.length * (dtype === "int64" ? 8 : 4)));
  for (let i = 0; i < data.length; i++) {
    if (dtype === "int64") bytes.setBigInt64(i * 8, BigInt(data[i]!), true);
    else bytes.setFloat32(i * 4, data[i]!, true);
  }
  return new Uint8Array(bytes.buffer);
}

function encodeValueInfo({ name, dtype, shape }: OnnxValueInfo) {
  return {
    name,
    type: {
      tensorType: {
        elemType: dataTypes[dtype],
        shape: { dim: shape.map((dimValue) => ({ dimValue })) },
      },
    },
  };
}
