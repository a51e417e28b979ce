import { crc32 } from "./crc32.ts";

const UTF8_NAMES = 0x0800;
const FIRST_OF_JANUARY_1980 = 0x0021;

/**
 * A zip archive of stored (uncompressed) files with fixed time stamps: the same input gives the
 * same bytes.
 *
 * @throws RangeError when it would need zip64 (4 GiB or 65,535 files).
 */
export function encodeZip(files: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const members = [...files].map(([name, content]) => ({
    name: new TextEncoder().encode(name),
    content,
    crc: crc32(content),
  }));
  const headers = members.reduce((sum, { name }) => sum + 30 + 46 + 2 * name.length, 22);
  const total = members.reduce((sum, { content }) => sum + content.length, headers);
  if (total >= 0xffffffff || members.length >= 0xffff) {
    throw new RangeError(
      `A zip archive of ${members.length} files and ${total} bytes is too large.`,
    );
  }
  const out = new Uint8Array(total);
  const view = new DataView(out.buffer);
  const offsets: number[] = [];
  let at = 0;

  const common = (member: (typeof members)[number], start: number) => {
    view.setUint16(start, 20, true);
    view.setUint16(start + 2, UTF8_NAMES, true);
    view.setUint16(start + 8, FIRST_OF_JANUARY_1980, true);
    view.setUint32(start + 10, member.crc, true);
    view.setUint32(start + 14, member.content.length, true);
    view.setUint32(start + 18, member.content.length, true);
    view.setUint16(start + 22, member.name.length, true);
  };
  for (const member of members) {
    offsets.push(at);
    view.setUint32(at, 0x04034b50, true);
    common(member, at + 4);
    out.set(member.name, at + 30);
    out.set(member.content, at + 30 + member.name.length);
    at += 30 + member.name.length + member.content.length;
  }
  const directory = at;
  members.forEach((member, i) => {
    view.setUint32(at, 0x02014b50, true);
    view.setUint16(at + 4, 20, true);
    common(member, at + 6);
    view.setUint32(at + 42, offsets[i]!, true);
    out.set(member.name, at + 46);
    at += 46 + member.name.length;
  });
  view.setUint32(at, 0x06054b50, true);
  view.setUint16(at + 8, members.length, true);
  view.setUint16(at + 10, members.length, true);
  view.setUint32(at + 12, at - directory, true);
  view.setUint32(at + 16, directory, true);
  return out;
}
