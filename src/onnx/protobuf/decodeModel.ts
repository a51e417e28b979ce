/** ONNX models out of protobuf. */
import onnxProto, { type onnx as proto } from "onnx-proto";
import {
  type ElementType,
  elementTypes,
  type FileAttribute,
  type FileNode,
  type FileTensor,
  type FileValueInfo,
  type ModelFile,
  ModelFileError,
} from "../modelFile.ts";
import { byteLength, elementCount, readList, readRaw } from "../tensorData.ts";

const { onnx } = onnxProto;

/** Bytes of a file beside the model that holds tensors; `length` is undefined for the rest of the file. */
export type ReadExternal = (
  location: string,
  offset: number,
  length: number | undefined,
) => Uint8Array;

/**
 * A model out of the bytes of an .onnx file.
 * @throws {ModelFileError} when the bytes are no model, or a tensor has not the bytes that its shape needs.
 * @throws whatever `readExternal` throws.
 */
export function decodeModel(bytes: Uint8Array, readExternal?: ReadExternal): ModelFile {
  const model = decodeMessage(bytes);
  const { graph } = model;
  if (!graph?.node) throw new ModelFileError("it holds no graph");
  return {
    producer: model.producerName ?? "",
    irVersion: Number(model.irVersion ?? 0),
    opsets: new Map(
      (model.opsetImport ?? []).map(({ domain, version }) => [
        domain === "ai.onnx" ? "" : (domain ?? ""),
        Number(version ?? 0),
      ]),
    ),
    nodes: graph.node.map((node) => decodeNode(node, readExternal)),
    initializers: (graph.initializer ?? []).map((tensor) => decodeTensor(tensor, readExternal)),
    inputs: (graph.input ?? []).map(decodeValueInfo),
    outputs: (graph.output ?? []).map(decodeValueInfo),
  };
}

function decodeMessage(bytes: Uint8Array): proto.ModelProto {
  try {
    return onnx.ModelProto.decode(bytes);
  } catch (error) {
    throw new ModelFileError(
      `it cannot be read as a protobuf message (${error instanceof Error ? error.message : error})`,
    );
  }
}

function decodeNode(node: proto.INodeProto, readExternal?: ReadExternal): FileNode {
  return {
    name: node.name ?? "",
    opType: node.opType ?? "",
    domain: node.domain === "ai.onnx" ? "" : (node.domain ?? ""),
    inputs: node.input ?? [],
    outputs: node.output ?? [],
    attributes: new Map(
      (node.attribute ?? []).map((attribute) => [
        attribute.name ?? "",
        decodeAttribute(attribute, readExternal),
      ]),
    ),
  };
}

function decodeAttribute(
  attribute: proto.IAttributeProto,
  readExternal?: ReadExternal,
): FileAttribute {
  const { AttributeType } = onnx.AttributeProto;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  switch (attribute.type) {
    case AttributeType.FLOAT:
      return attribute.f ?? 0;
    case AttributeType.INT:
      return Number(attribute.i ?? 0);
    case AttributeType.STRING:
      return text(attribute.s ?? new Uint8Array());
    case AttributeType.TENSOR:
      return decodeTensor(attribute.t ?? {}, readExternal);
    case AttributeType.FLOATS:
      return attribute.floats ?? [];
    case AttributeType.INTS:
      return (attribute.ints ?? []).map(Number);
    case AttributeType.STRINGS:
      return (attribute.strings ?? []).map(text);
    default:
      return { unread: AttributeType[attribute.type ?? 0] ?? String(attribute.type) };
  }
}

function decodeTensor(tensor: proto.ITensorProto, readExternal?: ReadExternal): FileTensor {
  const name = tensor.name ?? "";
  const shape = (tensor.dims ?? []).map(Number);
  const type = elementType(tensor.dataType);
  if (type === undefined) {
    throw new ModelFileError(
      `tensor "${name}" has elements of the unknown type ${tensor.dataType}`,
    );
  }
  return { name, type, shape, data: tensorData(tensor, name, type, shape, readExternal) };
}

function tensorData(
  tensor: proto.ITensorProto,
  name: string,
  type: ElementType,
  shape: readonly number[],
  readExternal?: ReadExternal,
): FileTensor["data"] {
  if (tensor.dataLocation === onnx.TensorProto.DataLocation.EXTERNAL) {
    const entries = new Map((tensor.externalData ?? []).map(({ key, value }) => [key, value]));
    const location = entries.get("location");
    if (!location) throw new ModelFileError(`tensor "${name}" lies in another file without a name`);
    if (!readExternal)
      throw new ModelFileError(`tensor "${name}" lies in another file: ${location}`);
    const length = byteLength(type, elementCount(name, shape));
    const offset = Number(entries.get("offset") ?? 0);
    return readRaw(name, type, shape, readExternal(location, offset, length));
  }
  if (tensor.rawData?.length) return readRaw(name, type, shape, tensor.rawData);
  if (type === "string" || type === "complex64" || type === "complex128") return new Float32Array();
  const lists = {
    float: tensor.floatData,
    double: tensor.doubleData,
    int64: tensor.int64Data,
    uint32: tensor.uint64Data,
    uint64: tensor.uint64Data,
  };
  const list = type in lists ? lists[type as keyof typeof lists] : tensor.int32Data;
  return readList(name, type, shape, list ?? []);
}

const elementType = (code: number | null | undefined): ElementType | undefined =>
  elementTypes[(code ?? 0) - 1];

function decodeValueInfo({ name, type }: proto.IValueInfoProto): FileValueInfo {
  const tensor = type?.tensorType;
  return {
    name: name ?? "",
    type: elementType(tensor?.elemType),
    shape: tensor?.shape?.dim?.map(({ dimValue, dimParam }) =>
      dimParam ? dimParam : Number(dimValue ?? 0) > 0 ? Number(dimValue) : undefined,
    ),
  };
}
