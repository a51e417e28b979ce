const BLOCK = 512;
const REGULAR = new Set(["0", "\0", "7"]);

export interface TarFile {
  /** Path inside the archive, as stored; do not join it to a folder unchecked. */
  name: string;
  /** Views the archive's bytes. */
  content: Uint8Array;
}

/**
 * Lists the regular files of a (ustar or old) tar archive; links, folders and extension headers
 * are passed over.
 *
 * @throws Error when a header's checksum or size is wrong or the archive is cut off.
 */
export function tarFiles(bytes: Uint8Array): TarFile[] {
  const files: TarFile[] = [];
  let at = 0;
  for (;;) {
    if (at + BLOCK > bytes.length) throw new Error("Tar archive is cut off: it has no end block.");
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return files;
    if (octal(header, 148, 8) !== checksum(header)) {
      throw new Error(`Not a tar archive: wrong header checksum at offset ${at}.`);
    }
    const size = octal(header, 124, 12);
    const start = at + BLOCK;
    if (start + size > bytes.length) throw new Error("Tar archive is cut off inside a file.");
    const prefix = field(header, 257, 5) === "ustar" ? field(header, 345, 155) : "";
    const name = field(header, 0, 100);
    if (REGULAR.has(String.fromCharCode(header[156]!))) {
      const content = bytes.subarray(start, start + size);
      files.push({ name: prefix ? `${prefix}/${name}` : name, content });
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}

function field(header: Uint8Array, start: number, length: number): string {
  const end = header.subarray(start, start + length).indexOf(0);
  return new TextDecoder().decode(header.slice(start, start + (end < 0 ? length : end)));
}

function octal(header: Uint8Array, start: number, length: number): number {
  const text = field(header, start, length).trim();
  if (!/^[0-7]+$/.test(text))
    throw new Error(`Not a tar archive: ${JSON.stringify(text)} is no size.`);
  return Number.parseInt(text, 8);
}

/** Sum of the header's bytes, its own field counted as blanks. */
function checksum(header: Uint8Array): number {
  let sum = 8 * 32;
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += header[i]!;
  return sum;
}
