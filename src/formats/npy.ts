import { swapBytes } from "./byteOrder.ts";
import { halfToNumber } from "./half.ts";
import { formatNpyHeader, parseNpyHeader } from "./npyHeader.ts";
import { rowMajorBytes } from "./stridedBytes.ts";

const arrayTypes = {
  bool: Uint8Array,
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  u8: BigUint64Array,
  i8: BigInt64Array,
  f2: Uint16Array,
  f4: Float32Array,
  f8: Float64Array,
};

/** NumPy's kind letter and bytes per element; f2 is held as its 16 bits, bool as 0 or 1. */
export type NpyDtype = keyof typeof arrayTypes;
export type NpyData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** A NumPy array in row-major order. */
export interface NpyArray {
  dtype: NpyDtype;
  shape: number[];
  data: NpyData;
}

/**
 * Reads a .npy file (format 1.0, 2.0 or 3.0) of either byte order; column-major data is reordered.
 * The result may view `bytes`.
 *
 * @throws Error for anything malformed, for other dtypes and when the size does not match.
 */
export function decodeNpy(bytes: Uint8Array): NpyArray {
  const { descr, fortranOrder, shape, dataStart } = parseNpyHeader(bytes);
  const { dtype, bigEndian } = parseDescr(descr);
  const arrayType = arrayTypes[dtype];
  const width = arrayType.BYTES_PER_ELEMENT;
  const count = elementCount(shape);
  const expected = count * width;
  const present = bytes.length - dataStart;
  if (present !== expected) {
    throw new Error(
      `.npy of dtype ${dtype} and shape [${shape}] needs ${expected} data bytes, got ${present}.`,
    );
  }
  let raw = bytes.subarray(dataStart);
  if (bigEndian && width > 1) raw = swapBytes(raw, width);
  if (raw.byteOffset % width !== 0) raw = new Uint8Array(raw);
  const data = new arrayType(raw.buffer as ArrayBuffer, raw.byteOffset, count);
  return { dtype, shape, data: fortranOrder ? toRowMajor(data, shape) : data };
}

/** Writes a .npy file, little-endian and row-major; version 1 unless told otherwise. */
export function encodeNpy(array: NpyArray, version: 1 | 2 | 3 = 1): Uint8Array<ArrayBuffer> {
  const { dtype, shape, data } = array;
  if (!(data instanceof arrayTypes[dtype]) || data.length !== elementCount(shape)) {
    throw new Error(
      `.npy of dtype ${dtype} and shape [${shape}] needs a ${arrayTypes[dtype].name} of ` +
        `${elementCount(shape)} elements, got a ${data.constructor.name} of ${data.length}.`,
    );
  }
  const width = arrayTypes[dtype].BYTES_PER_ELEMENT;
  const code = dtype === "bool" ? "b1" : dtype;
  const header = formatNpyHeader(`${width === 1 ? "|" : "<"}${code}`, shape, version);
  const out = new Uint8Array(header.length + data.byteLength);
  out.set(header);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return out;
}

/** The array's values as numbers; 64-bit integers beyond 2^53 are an error. */
export function npyNumbers(array: NpyArray): Exclude<NpyData, BigInt64Array | BigUint64Array> {
  const { dtype, data } = array;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    const out = new Float64Array(data.length);
    for (let i = 0; i < out.length; i++) {
      out[i] = Number(data[i]!);
      if (!Number.isSafeInteger(out[i])) {
        throw new Error(`The ${dtype} value ${data[i]} is beyond 2^53.`);
      }
    }
    return out;
  }
  return dtype === "f2" ? Float32Array.from(data, halfToNumber) : data;
}

function parseDescr(descr: string): { dtype: NpyDtype; bigEndian: boolean } {
  const match = /^([<>|=])?([a-z]\d+|\?)$/.exec(descr);
  const code = match?.[2] === "b1" || match?.[2] === "?" ? "bool" : match?.[2];
  if (code === undefined || !Object.hasOwn(arrayTypes, code)) {
    throw new Error(
      `.npy dtype ${JSON.stringify(descr)} is not supported; ` +
        `supported are ${Object.keys(arrayTypes).join(", ")}.`,
    );
  }
  return { dtype: code as NpyDtype, bigEndian: match![1] === ">" };
}

function elementCount(shape: readonly number[]): number {
  const count = shape.reduce((product, length) => product * length, 1);
  if (!Number.isSafeInteger(count)) throw new Error(`.npy shape [${shape}] is too large.`);
  return count;
}

function toRowMajor(data: NpyData, shape: readonly number[]): NpyData {
  if (shape.length < 2 || data.length === 0) return data;
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, 1));
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const view = { offset: 0, shape, strides };
  const { buffer, byteOffset } = rowMajorBytes(bytes, data.BYTES_PER_ELEMENT, view);
  const Type = data.constructor as Uint8ArrayConstructor;
  return new Type(buffer as ArrayBuffer, byteOffset, data.length);
}
