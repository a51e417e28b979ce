const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const MAX_HEADER_BYTES = 2 ** 20;
const MAX_RANK = 64;

export interface NpyHeader {
  descr: string;
  fortranOrder: boolean;
  shape: number[];
  /** Offset of the first data byte. */
  dataStart: number;
}

/**
 * Reads a .npy header: magic, version, length and a Python dictionary literal.
 *
 * @throws Error when it is not one.
 */
export function parseNpyHeader(bytes: Uint8Array): NpyHeader {
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new Error("Not a .npy file: it does not begin with \\x93NUMPY.");
  }
  const major = bytes[6]!;
  if (major < 1 || major > 3 || bytes[7] !== 0) {
    throw new Error(`.npy format ${major}.${bytes[7]} is unknown; known are 1.0, 2.0 and 3.0.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = major === 1 ? 10 : 12;
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataStart = start + length;
  if (length > MAX_HEADER_BYTES || dataStart > bytes.length) {
    throw new Error(`.npy header claims ${length} bytes of a ${bytes.length} byte file.`);
  }
  const encoding = major === 3 ? "utf-8" : "latin1";
  const text = new TextDecoder(encoding).decode(bytes.slice(start, dataStart)).trim();
  const descr = /["']descr["']\s*:\s*["']([^"']*)["']/.exec(text)?.[1];
  const order = /["']fortran_order["']\s*:\s*(True|False)/.exec(text)?.[1];
  const axes = /["']shape["']\s*:\s*\(([\d\sL,]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || axes === undefined) {
    throw new Error(
      `.npy header lacks a simple descr, fortran_order or shape: ${JSON.stringify(text.slice(0, 120))}.`,
    );
  }
  return { descr, fortranOrder: order === "True", shape: parseShape(axes), dataStart };
}

/** A .npy header, padded so that the data begins at a multiple of 64 bytes as NumPy's does. */
export function formatNpyHeader(
  descr: string,
  shape: readonly number[],
  version: 1 | 2 | 3,
): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const start = version === 1 ? 10 : 12;
  const total = Math.ceil((start + text.length + 1) / 64) * 64;
  const header = new Uint8Array(total).fill(0x20);
  header.set([...MAGIC, version, 0]);
  const view = new DataView(header.buffer);
  if (version === 1) view.setUint16(8, total - start, true);
  else view.setUint32(8, total - start, true);
  header.set(new TextEncoder().encode(text), start);
  header[total - 1] = 0x0a;
  return header;
}

function parseShape(axes: string): number[] {
  const parts = axes.split(",").map((part) => part.trim());
  if (parts.at(-1) === "") parts.pop();
  const shape = parts.map((part) =>
    /^\d+L?$/.test(part) ? Number.parseInt(part, 10) : Number.NaN,
  );
  if (shape.length > MAX_RANK || !shape.every(Number.isSafeInteger)) {
    throw new Error(`.npy shape (${axes.slice(0, 120)}) is not a list of lengths.`);
  }
  return shape;
}
