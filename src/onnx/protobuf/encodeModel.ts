/** ONNX models as protobuf. */
import type {
  Attribute,
  OnnxDType,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValueInfo,
} from "../model.ts";
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPES,
  type AttributeType,
  DIMENSION,
  GRAPH,
  MODEL,
  NODE,
  OPERATOR_SET,
  SHAPE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE_INFO,
} from "./fields.ts";
import { WireWriter } from "./wireWrite.ts";

/** Of `TensorProto.DataType`. */
const dataTypes: { readonly [D in OnnxDType]: number } = { float32: 1, int64: 7, bool: 9 };

/** Serialized ModelProto. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const graph = new WireWriter()
    .messages(GRAPH.node, model.nodes.map(encodeNode))
    .text(GRAPH.name, model.name)
    .messages(GRAPH.initializer, model.initializers.map(encodeTensor))
    .messages(GRAPH.input, model.inputs.map(encodeValueInfo))
    .messages(GRAPH.output, model.outputs.map(encodeValueInfo));
  return new WireWriter()
    .integer(MODEL.irVersion, model.irVersion)
    .text(MODEL.producerName, "onnx-distill")
    .message(MODEL.graph, graph)
    .messages(MODEL.opsetImport, [operatorSet("", model.opset), ...otherDomains(model)])
    .finish();
}

const operatorSet = (domain: string, version: number): WireWriter =>
  new WireWriter().text(OPERATOR_SET.domain, domain).integer(OPERATOR_SET.version, version);

/** The runtime's own operators, which have one version. */
const otherDomains = ({ nodes }: OnnxModel): WireWriter[] =>
  [...new Set(nodes.map(({ domain }) => domain))]
    .filter((domain) => domain !== "")
    .map((domain) => operatorSet(domain, 1));

const encodeNode = ({ name, opType, domain, inputs, outputs, attributes }: OnnxNode): WireWriter =>
  new WireWriter()
    .texts(NODE.input, inputs)
    .texts(NODE.output, outputs)
    .text(NODE.name, name)
    .text(NODE.opType, opType)
    .messages(
      NODE.attribute,
      Object.entries(attributes).map(([key, attribute]) => encodeAttribute(key, attribute)),
    )
    .text(NODE.domain, domain);

function encodeAttribute(name: string, attribute: Attribute): WireWriter {
  const message = new WireWriter().text(ATTRIBUTE.name, name);
  const typed = (type: AttributeType): WireWriter =>
    message.integer(ATTRIBUTE.type, ATTRIBUTE_TYPES.indexOf(type));
  if (typeof attribute === "number") {
    message.integer(ATTRIBUTE.i, attribute);
    return typed("INT");
  }
  if (typeof attribute === "string") {
    message.text(ATTRIBUTE.s, attribute);
    return typed("STRING");
  }
  if ("float" in attribute) {
    message.float(ATTRIBUTE.f, attribute.float);
    return typed("FLOAT");
  }
  message.integers(ATTRIBUTE.ints, attribute);
  return typed("INTS");
}

const encodeTensor = ({ name, dtype, shape, data }: OnnxTensor): WireWriter =>
  new WireWriter()
    .integers(TENSOR.dims, shape)
    .integer(TENSOR.dataType, dataTypes[dtype])
    .text(TENSOR.name, name)
    .bytes(TENSOR.rawData, rawBytes(dtype, data));

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

function encodeValueInfo({ name, dtype, shape }: OnnxValueInfo): WireWriter {
  const dimensions = shape.map((extent) => new WireWriter().integer(DIMENSION.value, extent));
  const tensor = new WireWriter()
    .integer(TENSOR_TYPE.elementType, dataTypes[dtype])
    .message(TENSOR_TYPE.shape, new WireWriter().messages(SHAPE.dimension, dimensions));
  return new WireWriter()
    .text(VALUE_INFO.name, name)
    .message(VALUE_INFO.type, new WireWriter().message(TYPE.tensor, tensor));
}
