import { crc32 } from "./crc32.ts";
import { inflate, MAX_DEFLATE_RATIO, MAX_INFLATED_BYTES } from "./inflate.ts";

const END = 0x06054b50;
const END_64 = 0x06064b50;
const END_64_LOCATOR = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const MAX_COMMENT = 65535;

/** One file inside a zip archive. */
export interface ZipEntry {
  name: string;
  method: "stored" | "deflate";
  compressedSize: number;
  size: number;
  crc: number;
  /** Offset of the (compressed) data in the archive. */
  dataStart: number;
}

/**
 * Lists a zip archive's files, zip64 included, without decompressing anything.
 *
 * @throws Error when the directory is damaged, entries overlap or lie outside the archive, a name
 *   occurs twice, or an entry is encrypted or compressed by another method than deflate.
 */
export function zipEntries(bytes: Uint8Array): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { count, offset, size } = findDirectory(view);
  if (offset + size > bytes.length || count * 46 > size) {
    throw new Error(
      `Zip directory of ${count} entries and ${size} bytes at ${offset} does not fit.`,
    );
  }
  const entries: ZipEntry[] = [];
  const spans: { name: string; start: number; end: number }[] = [];
  const names = new Set<string>();
  let at = offset;
  for (let i = 0; i < count; i++) {
    const central = readCentral(bytes, view, at, offset + size);
    at = central.next;
    const { name } = central;
    if (names.has(name)) throw new Error(`Zip archive has two entries named ${quote(name)}.`);
    names.add(name);
    const dataStart = localDataStart(view, central.localOffset, name, offset);
    const end = dataStart + central.compressedSize;
    if (end > offset) throw new Error(`Zip entry ${quote(name)} runs into the directory.`);
    spans.push({ name, start: central.localOffset, end });
    entries.push({ ...central.entry, name, dataStart });
  }
  spans.sort((a, b) => a.start - b.start);
  for (let i = 1; i < spans.length; i++) {
    if (spans[i]!.start < spans[i - 1]!.end) {
      throw new Error(
        `Zip entries ${quote(spans[i - 1]!.name)} and ${quote(spans[i]!.name)} overlap.`,
      );
    }
  }
  return entries;
}

/**
 * The content of one entry; a stored one views `bytes`.
 *
 * @throws Error when size or CRC-32 differ from the directory's, or `maxBytes` is exceeded.
 */
export async function readZipEntry(
  bytes: Uint8Array,
  entry: ZipEntry,
  maxBytes = MAX_INFLATED_BYTES,
): Promise<Uint8Array> {
  const { name, size, dataStart, compressedSize } = entry;
  if (size > maxBytes) {
    throw new Error(`Zip entry ${quote(name)} has ${size} bytes, above the limit of ${maxBytes}.`);
  }
  if (size > compressedSize * MAX_DEFLATE_RATIO) {
    throw new Error(
      `Zip entry ${quote(name)} claims ${size} bytes out of ${compressedSize}, more than can be.`,
    );
  }
  const raw = bytes.subarray(dataStart, dataStart + compressedSize);
  const content = entry.method === "stored" ? raw : await inflate(raw, "deflate-raw", size);
  if (content.length !== size || crc32(content) !== entry.crc) {
    throw new Error(`Zip entry ${quote(name)} is damaged: its size or CRC-32 does not match.`);
  }
  return content;
}

function findDirectory(view: DataView): { count: number; offset: number; size: number } {
  const lowest = Math.max(0, view.byteLength - 22 - MAX_COMMENT);
  for (let at = view.byteLength - 22; at >= lowest; at--) {
    if (view.getUint32(at, true) !== END) continue;
    if (at + 22 + view.getUint16(at + 20, true) !== view.byteLength) continue;
    if (at >= 20 && view.getUint32(at - 20, true) === END_64_LOCATOR) {
      const end64 = uint64(view, at - 12);
      if (end64 > at - 20 - 56 || view.getUint32(end64, true) !== END_64) {
        throw new Error("Zip64 end record is missing.");
      }
      return {
        count: uint64(view, end64 + 32),
        size: uint64(view, end64 + 40),
        offset: uint64(view, end64 + 48),
      };
    }
    return {
      count: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    };
  }
  throw new Error("Not a zip archive, or cut off: no end record was found.");
}

function readCentral(bytes: Uint8Array, view: DataView, at: number, end: number) {
  if (at + 46 > end || view.getUint32(at, true) !== CENTRAL) {
    throw new Error(`Zip directory is damaged at offset ${at}.`);
  }
  const nameEnd = at + 46 + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > end) throw new Error(`Zip directory is cut off at offset ${at}.`);
  const name = new TextDecoder().decode(bytes.slice(at + 46, nameEnd));
  if (view.getUint16(at + 8, true) & 1) throw new Error(`Zip entry ${quote(name)} is encrypted.`);
  const code = view.getUint16(at + 10, true);
  if (code !== 0 && code !== 8) {
    throw new Error(
      `Zip entry ${quote(name)} uses method ${code}; supported are 0 (stored) and 8 (deflate).`,
    );
  }
  const short = [
    view.getUint32(at + 24, true),
    view.getUint32(at + 20, true),
    view.getUint32(at + 42, true),
  ];
  const [size, compressedSize, localOffset] = withZip64(view, short, nameEnd, extraEnd, name);
  const method: ZipEntry["method"] = code === 0 ? "stored" : "deflate";
  const entry = {
    method,
    compressedSize: compressedSize!,
    size: size!,
    crc: view.getUint32(at + 16, true),
  };
  return { name, entry, compressedSize: compressedSize!, localOffset: localOffset!, next };
}

/** Replaces the sizes and the offset that are 0xffffffff by the 64-bit ones of the extra field. */
function withZip64(
  view: DataView,
  short: number[],
  from: number,
  to: number,
  name: string,
): number[] {
  if (!short.includes(0xffffffff)) return short;
  for (let at = from; at + 4 <= to; ) {
    const length = view.getUint16(at + 2, true);
    const end = at + 4 + length;
    if (end > to) break;
    if (view.getUint16(at, true) === 1) {
      let field = at + 4;
      return short.map((value) => {
        if (value !== 0xffffffff) return value;
        if (field + 8 > end) throw new Error(`Zip64 sizes of entry ${quote(name)} are missing.`);
        field += 8;
        return uint64(view, field - 8);
      });
    }
    at = end;
  }
  throw new Error(`Zip64 sizes of entry ${quote(name)} are missing.`);
}

function localDataStart(view: DataView, at: number, name: string, directory: number): number {
  if (at + 30 > directory || view.getUint32(at, true) !== LOCAL) {
    throw new Error(`Zip entry ${quote(name)} has no local header at offset ${at}.`);
  }
  return at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
}

function uint64(view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw new Error("Zip64 size or offset is beyond 2^53.");
  return value;
}

const quote = (name: string) => JSON.stringify(name);
