/** MAT-files of level 5, for tests. */
import { deflateSync } from "node:zlib";

const typeCodes = { i1: 1, u1: 2, u2: 4, i4: 5, u4: 6, f4: 7, f8: 9 } as const;
const widths = { i1: 1, u1: 1, u2: 2, i4: 4, u4: 4, f4: 4, f8: 8 } as const;
type NumberType = keyof typeof typeCodes;

export interface MatVariable {
  name: string;
  shape: readonly number[];
  /** Column-major. */
  data: ArrayLike<number>;
  stored?: NumberType;
  /** Class code: 6 is double, 9 uint8, 1 a cell. */
  arrayClass?: number;
  complex?: boolean;
}

interface Form {
  compressed?: boolean;
  bigEndian?: boolean;
}

export function matFile(
  variables: readonly MatVariable[],
  { compressed = true, bigEndian = false }: Form = {},
): Uint8Array {
  const header = new Uint8Array(128).fill(0x20);
  header.set(new TextEncoder().encode("MATLAB 5.0 MAT-file, made by a test"));
  header.set(bigEndian ? [1, 0, 0x4d, 0x49] : [0, 1, 0x49, 0x4d], 124);
  const elements = variables.map((variable) => {
    const matrix = variableElement(variable, !bigEndian);
    if (!compressed) return matrix;
    const packed = new Uint8Array(deflateSync(matrix));
    return joined([tag(15, packed.length, !bigEndian), packed]);
  });
  return joined([header, ...elements]);
}

function variableElement(
  { name, shape, data, stored = "u1", arrayClass = 9, complex }: MatVariable,
  littleEndian: boolean,
): Uint8Array {
  const parts = [
    element("u4", [arrayClass | (complex ? 0x800 : 0), 0], littleEndian),
    element("i4", shape, littleEndian),
    element(
      "i1",
      [...name].map((letter) => letter.charCodeAt(0)),
      littleEndian,
    ),
    element(stored, data, littleEndian),
  ];
  const content = joined(complex ? [...parts, element(stored, data, littleEndian)] : parts);
  return joined([tag(14, content.length, littleEndian), content]);
}

function element(type: NumberType, values: ArrayLike<number>, littleEndian: boolean): Uint8Array {
  const width = widths[type];
  const length = values.length * width;
  const small = length > 0 && length <= 4;
  const start = small ? 4 : 8;
  const out = new Uint8Array(small ? 8 : 8 + Math.ceil(length / 8) * 8);
  const view = new DataView(out.buffer);
  if (small) view.setUint32(0, (length << 16) | typeCodes[type], littleEndian);
  else out.set(tag(typeCodes[type], length, littleEndian));
  for (let i = 0; i < values.length; i++) {
    const at = start + i * width;
    if (type === "f8") view.setFloat64(at, values[i]!, littleEndian);
    else if (type === "f4") view.setFloat32(at, values[i]!, littleEndian);
    else if (width === 4) view.setUint32(at, values[i]!, littleEndian);
    else if (width === 2) view.setUint16(at, values[i]!, littleEndian);
    else view.setUint8(at, values[i]!);
  }
  return out;
}

function tag(type: number, length: number, littleEndian: boolean): Uint8Array {
  const out = new Uint8Array(8);
  const view = new DataView(out.buffer);
  view.setUint32(0, type, littleEndian);
  view.setUint32(4, length, littleEndian);
  return out;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
