/** Numbers of the fields of ONNX's messages that are read or written: onnx.proto of ONNX 1.10 and later. */

export const MODEL = { irVersion: 1, producerName: 2, graph: 7, opsetImport: 8 } as const;

export const OPERATOR_SET = { domain: 1, version: 2 } as const;

export const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const;

export const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 } as const;

export const ATTRIBUTE = {
  name: 1,
  f: 2,
  i: 3,
  s: 4,
  t: 5,
  floats: 7,
  ints: 8,
  strings: 9,
  type: 20,
} as const;

/** What `type` of an attribute says, by its number. */
export const ATTRIBUTE_TYPES = [
  "UNDEFINED",
  "FLOAT",
  "INT",
  "STRING",
  "TENSOR",
  "GRAPH",
  "FLOATS",
  "INTS",
  "STRINGS",
  "TENSORS",
  "GRAPHS",
  "SPARSE_TENSOR",
  "SPARSE_TENSORS",
] as const;

export type AttributeType = (typeof ATTRIBUTE_TYPES)[number];

export const TENSOR = {
  dims: 1,
  dataType: 2,
  floatData: 4,
  int32Data: 5,
  int64Data: 7,
  name: 8,
  rawData: 9,
  doubleData: 10,
  uint64Data: 11,
  externalData: 13,
  dataLocation: 14,
} as const;

/** `dataLocation` of a tensor in another file. */
export const EXTERNAL = 1;

export const ENTRY = { key: 1, value: 2 } as const;

export const VALUE_INFO = { name: 1, type: 2 } as const;

export const TYPE = { tensor: 1 } as const;

export const TENSOR_TYPE = { elementType: 1, shape: 2 } as const;

export const SHAPE = { dimension: 1 } as const;

export const DIMENSION = { value: 1, parameter: 2 } as const;
