import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { gunzipIfNeeded } from "../formats/inflate.ts";
import { tarFiles } from "../formats/tar.ts";
import { decodeCifar10 } from "./cifar10.ts";
import { decodeIdx } from "./idx.ts";
import type { RemoteFile } from "./mirrors.ts";
import { decodeSvhn } from "./svhn.ts";
import { decodeUspsText } from "./usps.ts";

/**
 * Checks a downloaded file: its checksum where one is known, its format and number of images.
 *
 * @returns the files to install, by name: an archive's members, or nothing for a plain file, which
 *   is kept as it is.
 * @throws Error that says what was expected.
 */
export async function verifyDownload(
  file: RemoteFile,
  path: string,
): Promise<Map<string, Uint8Array>> {
  const bytes = await readFile(path);
  expectMd5(bytes, file.md5, "file");
  const content = await gunzipIfNeeded(bytes);
  expectMd5(content, file.contentMd5, "decompressed content");
  if (file.format !== "cifar10-archive") {
    await expectImages(file, file.name, content);
    return new Map();
  }
  const inside = new Map(tarFiles(content).map(({ name, content }) => [basename(name), content]));
  const members = new Map<string, Uint8Array>();
  for (const name of Object.keys(file.images)) {
    const member = inside.get(name);
    if (!member) throw new Error(`the archive has no ${name}`);
    await expectImages(file, name, member);
    members.set(name, member);
  }
  return members;
}

/** Checks the format and number of images of one decompressed file. */
export async function expectImages(
  file: RemoteFile,
  name: string,
  content: Uint8Array,
): Promise<void> {
  const count = await {
    idx: () => decodeIdx(content).shape[0],
    "usps-text": () => decodeUspsText(content).count,
    svhn: async () => (await decodeSvhn(content)).count,
    "cifar10-archive": () => decodeCifar10([content]).count,
  }[file.format]();
  const expected = file.images[name];
  if (count !== expected) throw new Error(`${name} has ${count} images, expected ${expected}`);
}

function expectMd5(bytes: Uint8Array, expected: string | undefined, what: string): void {
  if (expected === undefined) return;
  const got = createHash("md5").update(bytes).digest("hex");
  if (got !== expected) {
    throw new Error(`MD5 of the ${what} is ${got}, expected ${expected}; it was not installed`);
  }
}
