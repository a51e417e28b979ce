/** ONNX models as read from files that other tools wrote, as plain objects. */

/** Element types that are read, by ONNX's names in lower case. */
export const elementTypes = [
  "float",
  "uint8",
  "int8",
  "uint16",
  "int16",
  "int32",
  "int64",
  "string",
  "bool",
  "float16",
  "double",
  "uint32",
  "uint64",
  "complex64",
  "complex128",
  "bfloat16",
] as const;
export type ElementType = (typeof elementTypes)[number];

/** A tensor's contents: floats of every width as float32 (double as float64), everything else as exact integers. */
export interface FileTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/** Numbers of an attribute are plain, whether the file has them as integers or floats. */
export type FileAttribute =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | FileTensor
  | { readonly unread: string };

export interface FileNode {
  readonly name: string;
  readonly opType: string;
  /** "" for ai.onnx. */
  readonly domain: string;
  /** Names; "" stands for an optional one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, FileAttribute>;
}

/** An input or output; extents are numbers, or names of ones that are free, or unknown. */
export interface FileValueInfo {
  readonly name: string;
  readonly type: ElementType | undefined;
  readonly shape: readonly (number | string | undefined)[] | undefined;
}

export interface ModelFile {
  readonly producer: string;
  readonly irVersion: number;
  /** Versions of the operator sets by domain; "" is ai.onnx. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly nodes: readonly FileNode[];
  readonly initializers: readonly FileTensor[];
  /** Of files before IR version 4, initializers among them. */
  readonly inputs: readonly FileValueInfo[];
  readonly outputs: readonly FileValueInfo[];
}

/** A file is not an ONNX model, or not one that can be read. */
export class ModelFileError extends Error {
  override readonly name = "ModelFileError";
}

/** Whether a type holds real numbers. */
export const isFloat = (type: ElementType): boolean =>
  type === "float" || type === "float16" || type === "bfloat16" || type === "double";
