/** Stored numbers of any type as float32, which is what networks compute in. */
import { type RawTensor, toFloat32Array } from "../safetensors.ts";

/**
 * The elements of a tensor as a new float32 array. F64 is rounded; whole numbers and booleans are taken where float32
 * holds them exactly.
 *
 * @throws Error for other dtypes, and for values that float32 cannot hold.
 */
export function float32Numbers(tensor: RawTensor): Float32Array<ArrayBuffer> {
  const { dtype, bytes } = tensor;
  switch (dtype) {
    case "F32":
    case "F16":
    case "BF16":
      return toFloat32Array(tensor);
    case "F64":
      return expectFinite(toFloat32Array(tensor), tensor);
    case "BOOL":
    case "U8":
      return new Float32Array(bytes);
    case "I8":
      return Float32Array.from(bytes, (byte) => (byte << 24) >> 24);
    default:
      return wholeNumbers(tensor);
  }
}

const readers: Partial<Record<RawTensor["dtype"], (view: DataView, i: number) => number | bigint>> =
  {
    I16: (view, i) => view.getInt16(2 * i, true),
    U16: (view, i) => view.getUint16(2 * i, true),
    I32: (view, i) => view.getInt32(4 * i, true),
    U32: (view, i) => view.getUint32(4 * i, true),
    I64: (view, i) => view.getBigInt64(8 * i, true),
    U64: (view, i) => view.getBigUint64(8 * i, true),
  };

function wholeNumbers({ dtype, shape, bytes }: RawTensor): Float32Array<ArrayBuffer> {
  const read = readers[dtype];
  if (!read) {
    throw new Error(`it is ${dtype}; expected F32, F64, F16, BF16, whole numbers or booleans`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Float32Array(shape.reduce((product, length) => product * length, 1));
  for (let i = 0; i < out.length; i++) {
    const value = read(view, i);
    out[i] = Number(value);
    if (BigInt(out[i]!) !== BigInt(value))
      throw new Error(`its value ${value} (${dtype}) is not exact in float32`);
  }
  return out;
}

function expectFinite(
  numbers: Float32Array<ArrayBuffer>,
  { bytes }: RawTensor,
): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lost = numbers.findIndex(
    (value, i) =>
      Math.abs(value) === Number.POSITIVE_INFINITY && Number.isFinite(view.getFloat64(8 * i, true)),
  );
  if (lost < 0) return numbers;
  throw new Error(`its value ${view.getFloat64(8 * lost, true)} is beyond float32`);
}
