/** ONNX models out of protobuf. */
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
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPES,
  DIMENSION,
  ENTRY,
  EXTERNAL,
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
import { WireError, WireMessage } from "./wireRead.ts";

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
  try {
    return decoded(new WireMessage(bytes), readExternal);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new ModelFileError(`it cannot be read as a protobuf message (${error.message})`);
  }
}

function decoded(model: WireMessage, readExternal: ReadExternal | undefined): ModelFile {
  const graph = model.message(MODEL.graph);
  if (!graph) throw new ModelFileError("it holds no graph");
  return {
    producer: model.text(MODEL.producerName) ?? "",
    irVersion: model.integer(MODEL.irVersion) ?? 0,
    opsets: new Map(
      model
        .messages(MODEL.opsetImport)
        .map((set) => [
          domainOf(set.text(OPERATOR_SET.domain)),
          set.integer(OPERATOR_SET.version) ?? 0,
        ]),
    ),
    nodes: graph.messages(GRAPH.node).map((node) => decodeNode(node, readExternal)),
    initializers: graph
      .messages(GRAPH.initializer)
      .map((tensor) => decodeTensor(tensor, readExternal)),
    inputs: graph.messages(GRAPH.input).map(decodeValueInfo),
    outputs: graph.messages(GRAPH.output).map(decodeValueInfo),
  };
}

const domainOf = (domain = ""): string => (domain === "ai.onnx" ? "" : domain);

const decodeNode = (node: WireMessage, readExternal: ReadExternal | undefined): FileNode => ({
  name: node.text(NODE.name) ?? "",
  opType: node.text(NODE.opType) ?? "",
  domain: domainOf(node.text(NODE.domain)),
  inputs: node.texts(NODE.input),
  outputs: node.texts(NODE.output),
  attributes: new Map(
    node
      .messages(NODE.attribute)
      .map((attribute) => [
        attribute.text(ATTRIBUTE.name) ?? "",
        decodeAttribute(attribute, readExternal),
      ]),
  ),
});

function decodeAttribute(
  attribute: WireMessage,
  readExternal: ReadExternal | undefined,
): FileAttribute {
  const code = attribute.integer(ATTRIBUTE.type) ?? 0;
  const type = ATTRIBUTE_TYPES[code];
  switch (type) {
    case "FLOAT":
      return attribute.float(ATTRIBUTE.f) ?? 0;
    case "INT":
      return attribute.integer(ATTRIBUTE.i) ?? 0;
    case "STRING":
      return attribute.text(ATTRIBUTE.s) ?? "";
    case "TENSOR":
      return decodeTensor(
        attribute.message(ATTRIBUTE.t) ?? new WireMessage(new Uint8Array(0)),
        readExternal,
      );
    case "FLOATS":
      return attribute.floats(ATTRIBUTE.floats);
    case "INTS":
      return attribute.integers(ATTRIBUTE.ints);
    case "STRINGS":
      return attribute.texts(ATTRIBUTE.strings);
    default:
      return { unread: type ?? String(code) };
  }
}

function decodeTensor(tensor: WireMessage, readExternal: ReadExternal | undefined): FileTensor {
  const name = tensor.text(TENSOR.name) ?? "";
  const shape = tensor.integers(TENSOR.dims);
  const code = tensor.integer(TENSOR.dataType);
  const type = elementType(code);
  if (type === undefined)
    throw new ModelFileError(`tensor "${name}" has elements of the unknown type ${code}`);
  return { name, type, shape, data: tensorData(tensor, name, type, shape, readExternal) };
}

function tensorData(
  tensor: WireMessage,
  name: string,
  type: ElementType,
  shape: readonly number[],
  readExternal: ReadExternal | undefined,
): FileTensor["data"] {
  if (tensor.integer(TENSOR.dataLocation) === EXTERNAL) {
    const entries = new Map(
      tensor
        .messages(TENSOR.externalData)
        .map((entry) => [entry.text(ENTRY.key), entry.text(ENTRY.value)]),
    );
    const location = entries.get("location");
    if (!location) throw new ModelFileError(`tensor "${name}" lies in another file without a name`);
    if (!readExternal)
      throw new ModelFileError(`tensor "${name}" lies in another file: ${location}`);
    const length = byteLength(type, elementCount(name, shape));
    const offset = Number(entries.get("offset") ?? 0);
    return readRaw(name, type, shape, readExternal(location, offset, length));
  }
  const raw = tensor.bytes(TENSOR.rawData);
  if (raw?.length) return readRaw(name, type, shape, raw);
  if (type === "string" || type === "complex64" || type === "complex128") return new Float32Array();
  return readList(name, type, shape, listed(tensor, type));
}

/** The numbers of a tensor that has them in a list, whose field depends on their type. */
function listed(tensor: WireMessage, type: ElementType): number[] {
  switch (type) {
    case "float":
      return tensor.floats(TENSOR.floatData);
    case "double":
      return tensor.doubles(TENSOR.doubleData);
    case "int64":
      return tensor.integers(TENSOR.int64Data);
    case "uint32":
    case "uint64":
      return tensor
        .integers(TENSOR.uint64Data)
        .map((value) => (value < 0 ? value + 2 ** 64 : value));
    default:
      return tensor.integers(TENSOR.int32Data);
  }
}

const elementType = (code = 0): ElementType | undefined => elementTypes[code - 1];

function decodeValueInfo(info: WireMessage): FileValueInfo {
  const tensor = info.message(VALUE_INFO.type)?.message(TYPE.tensor);
  return {
    name: info.text(VALUE_INFO.name) ?? "",
    type: elementType(tensor?.integer(TENSOR_TYPE.elementType)),
    shape: tensor
      ?.message(TENSOR_TYPE.shape)
      ?.messages(SHAPE.dimension)
      .map((dimension) => {
        const extent = dimension.integer(DIMENSION.value) ?? 0;
        return dimension.text(DIMENSION.parameter) || (extent > 0 ? extent : undefined);
      }),
  };
}
