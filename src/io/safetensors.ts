import { halfToNumber } from "../formats/half.ts";

/** Bytes per element, in the order in which the format's reference writer lays tensors out. */
export const elementBytes = {
  U64: 8,
  I64: 8,
  F64: 8,
  F32: 4,
  U32: 4,
  I32: 4,
  BF16: 2,
  F16: 2,
  U16: 2,
  I16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I8: 1,
  U8: 1,
  BOOL: 1,
};
const layoutOrder = Object.keys(elementBytes);
const MAX_HEADER_BYTES = 100_000_000;
const METADATA = "__metadata__";

export type SafetensorsDtype = keyof typeof elementBytes;

export interface RawTensor {
  dtype: SafetensorsDtype;
  shape: number[];
  /** Elements in row-major order, little-endian. */
  bytes: Uint8Array;
}

/**
 * Writes tensors in the safetensors format. The same tensors and metadata give the same bytes
 * whatever their order: larger element types first, then by name, as the reference writer does.
 *
 * @throws RangeError when a tensor's bytes do not fit its dtype and shape.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, RawTensor>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const sorted = [...tensors].sort(
    ([a, x], [b, y]) =>
      layoutOrder.indexOf(x.dtype) - layoutOrder.indexOf(y.dtype) || compareUtf8(a, b),
  );
  const header: [string, unknown][] = [];
  if (metadata) {
    const strings = Object.entries(metadata).sort(([a], [b]) => compareUtf8(a, b));
    header.push([METADATA, Object.fromEntries(strings)]);
  }
  let at = 0;
  for (const [name, { dtype, shape, bytes }] of sorted) {
    const expected = byteCount(name, dtype, shape);
    if (name === METADATA || bytes.length !== expected) {
      throw new RangeError(
        name === METADATA
          ? `No tensor may be named ${METADATA}.`
          : `Tensor ${quote(name)}, ${dtype} [${shape}], needs ${expected} bytes, got ${bytes.length}.`,
      );
    }
    header.push([name, { dtype, shape, data_offsets: [at, at + bytes.length] }]);
    at += bytes.length;
  }
  const members = header.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  const json = new TextEncoder().encode(`{${members.join(",")}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const out = new Uint8Array(8 + headerBytes + at);
  new DataView(out.buffer).setBigUint64(0, BigInt(headerBytes), true);
  out.fill(0x20, 8, 8 + headerBytes);
  out.set(json, 8);
  let to = 8 + headerBytes;
  for (const [, { bytes }] of sorted) {
    out.set(bytes, to);
    to += bytes.length;
  }
  return out;
}

/**
 * Reads a safetensors file. The tensors view `bytes`.
 *
 * @throws Error for anything malformed: a header that is cut off or no JSON, unknown dtypes, and
 *   offsets that overlap, leave gaps, or disagree with shape or file size.
 */
export function decodeSafetensors(bytes: Uint8Array): {
  tensors: Map<string, RawTensor>;
  metadata: Record<string, string>;
} {
  const { header, dataStart } = parseHeader(bytes);
  const tensors = new Map<string, RawTensor>();
  const spans: { name: string; begin: number; end: number }[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) {
      metadata = checkMetadata(value);
      continue;
    }
    const { dtype, shape, begin, end } = checkEntry(name, value);
    spans.push({ name, begin, end });
    tensors.set(name, { dtype, shape, bytes: bytes.subarray(dataStart + begin, dataStart + end) });
  }
  spans.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of spans) {
    if (begin !== covered) {
      const fault = begin < covered ? "overlaps another one" : "leaves a gap before it";
      throw malformed(`tensor ${quote(name)} at ${begin}..${end} ${fault}`);
    }
    covered = end;
  }
  if (covered !== bytes.length - dataStart) {
    throw malformed(
      `its tensors take ${covered} bytes, but ${bytes.length - dataStart} follow the header`,
    );
  }
  return { tensors, metadata };
}

/**
 * A float32 tensor of the given numbers, copied.
 *
 * @throws RangeError when their number does not fit the shape.
 */
export function float32Tensor(values: Float32Array, shape: readonly number[]): RawTensor {
  if (byteCount("", "F32", shape) !== values.byteLength) {
    throw new RangeError(`A tensor [${shape}] cannot hold ${values.length} numbers.`);
  }
  const bytes = new Uint8Array(values.byteLength);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return { dtype: "F32", shape: [...shape], bytes };
}

/**
 * The elements of an F32, F64, F16 or BF16 tensor as a new float32 array (F64 is rounded).
 *
 * @throws Error for other dtypes.
 */
export function toFloat32Array({ dtype, shape, bytes }: RawTensor): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Float32Array(bytes.length / elementBytes[dtype]);
  const bits = new Uint32Array(out.buffer);
  switch (dtype) {
    case "F32":
      new Uint8Array(out.buffer).set(bytes);
      return out;
    case "F64":
      for (let i = 0; i < out.length; i++) out[i] = view.getFloat64(8 * i, true);
      return out;
    case "F16":
      for (let i = 0; i < out.length; i++) out[i] = halfToNumber(view.getUint16(2 * i, true));
      return out;
    case "BF16":
      for (let i = 0; i < out.length; i++) bits[i] = view.getUint16(2 * i, true) << 16;
      return out;
    default:
      throw new Error(`A ${dtype} tensor [${shape}] is not float; expected F32, F64, F16 or BF16.`);
  }
}

function parseHeader(bytes: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < 8) throw malformed(`a file of ${bytes.length} bytes has no header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  const available = Math.min(bytes.length - 8, MAX_HEADER_BYTES);
  if (length > BigInt(available)) {
    throw malformed(`its header claims ${length} bytes, at most ${available} are possible`);
  }
  const dataStart = 8 + Number(length);
  let header: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, dataStart));
    header = JSON.parse(text);
  } catch (cause) {
    throw malformed(`its header is not JSON (${(cause as Error).message})`, cause);
  }
  if (!isObject(header)) throw malformed("its header is not a JSON object");
  return { header, dataStart };
}

function checkMetadata(value: unknown): Record<string, string> {
  if (!isObject(value) || Object.values(value).some((text) => typeof text !== "string")) {
    throw malformed(`${METADATA} is not an object of strings`);
  }
  return { ...(value as Record<string, string>) };
}

function checkEntry(name: string, value: unknown) {
  const { dtype, shape, data_offsets: offsets } = isObject(value) ? value : {};
  if (typeof dtype !== "string" || !Object.hasOwn(elementBytes, dtype)) {
    const fault = dtype === undefined ? "no dtype" : `dtype ${JSON.stringify(dtype)}`;
    throw malformed(`tensor ${quote(name)} has ${fault}; known are ${layoutOrder.join(", ")}`);
  }
  if (!isLengths(shape) || !isLengths(offsets) || offsets.length !== 2) {
    throw malformed(`tensor ${quote(name)} needs a shape and two data_offsets`);
  }
  const [begin, end] = offsets as [number, number];
  const expected = byteCount(name, dtype as SafetensorsDtype, shape);
  if (end - begin !== expected) {
    throw malformed(
      `tensor ${quote(name)}, ${dtype} [${shape}], needs ${expected} bytes, its offsets span ${end - begin}`,
    );
  }
  return { dtype: dtype as SafetensorsDtype, shape, begin, end };
}

function byteCount(name: string, dtype: SafetensorsDtype, shape: readonly number[]): number {
  const count = shape.reduce((product, length) => product * length, 1) * elementBytes[dtype];
  if (!isLengths(shape) || !Number.isSafeInteger(count)) {
    throw new RangeError(`Tensor ${quote(name)} has the impossible shape [${shape}].`);
  }
  return count;
}

function isLengths(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Order of the UTF-8 bytes, which is the order of code points. */
function compareUtf8(a: string, b: string): number {
  const [x, y] = [a, b].map((text) => new TextEncoder().encode(text)) as [Uint8Array, Uint8Array];
  for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
  return x.length - y.length;
}

const quote = (name: string) => JSON.stringify(name);
const malformed = (fault: string, cause?: unknown) =>
  new Error(`Not a valid safetensors file: ${fault}.`, { cause });
