/** The contents of tensors in ONNX files. */
import { halfToNumber } from "../formats/half.ts";
import { type ElementType, ModelFileError } from "./modelFile.ts";

type Read = (view: DataView, at: number) => number;

/** Bytes of an element and how it is read; little-endian, as ONNX stores raw data on every machine. */
const readers: Partial<Record<ElementType, { readonly bytes: number; readonly read: Read }>> = {
  float: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  double: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  float16: { bytes: 2, read: (view, at) => halfToNumber(view.getUint16(at, true)) },
  bfloat16: { bytes: 2, read: (view, at) => bfloat16(view.getUint16(at, true)) },
  bool: { bytes: 1, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
  uint8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  int8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  uint16: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  int16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  int32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  uint32: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  int64: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  uint64: { bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
};

const word = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function bfloat16(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}

/** Room for numbers of a type. */
export const numbersOf = (type: ElementType, count: number): Float32Array | Float64Array =>
  type === "float" || type === "float16" || type === "bfloat16"
    ? new Float32Array(count)
    : new Float64Array(count);

/**
 * Number of elements of a tensor in a file.
 * @throws {ModelFileError} when the shape is not one.
 */
export function elementCount(name: string, shape: readonly number[]): number {
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (shape.every((extent) => extent >= 0) && Number.isSafeInteger(count)) return count;
  throw new ModelFileError(`tensor "${name}" has the shape [${shape}]`);
}

/** Bytes that so many elements take, or undefined where the type is not read. */
export function byteLength(type: ElementType, count: number): number | undefined {
  const reader = readers[type];
  return reader && reader.bytes * count;
}

/**
 * Numbers out of raw little-endian bytes.
 * @throws {ModelFileError} when there are not as many bytes as elements need.
 */
export function readRaw(
  name: string,
  type: ElementType,
  shape: readonly number[],
  bytes: Uint8Array,
): Float32Array | Float64Array {
  const count = elementCount(name, shape);
  const reader = readers[type];
  if (!reader) throw new ModelFileError(`tensor "${name}" has elements of type ${type}`);
  if (bytes.length !== reader.bytes * count) {
    throw new ModelFileError(
      `tensor "${name}" of shape [${shape}] needs ${reader.bytes * count} bytes of ${type}, the file has ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = numbersOf(type, count);
  for (let i = 0; i < count; i++) data[i] = reader.read(view, i * reader.bytes);
  return data;
}

/**
 * Numbers out of a list of them, where 16-bit floats are stored as their bits.
 * @throws {ModelFileError} when there are not as many as the shape says.
 */
export function readList(
  name: string,
  type: ElementType,
  shape: readonly number[],
  list: ArrayLike<unknown>,
): Float32Array | Float64Array {
  const count = elementCount(name, shape);
  if (list.length !== count) {
    throw new ModelFileError(
      `tensor "${name}" of shape [${shape}] needs ${count} elements, the file has ${list.length}`,
    );
  }
  const data = numbersOf(type, count);
  const decode =
    type === "float16" ? halfToNumber : type === "bfloat16" ? bfloat16 : (n: number) => n;
  for (let i = 0; i < count; i++) data[i] = decode(Number(list[i]));
  return data;
}
