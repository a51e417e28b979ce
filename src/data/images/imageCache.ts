/** Decoded images as one raw array on disk, so that a data set is decoded once. */
import { createHash } from "node:crypto";
import { mkdir, open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { decodeNpy } from "../../formats/npy.ts";
import { formatNpyHeader } from "../../formats/npyHeader.ts";
import { installFile } from "../installFile.ts";
import {
  type BadImage,
  type DecodedImages,
  type DecodeOptions,
  decodeImages,
} from "./decodeImages.ts";
import type { ImageFile, Preprocessing } from "./listing.ts";

/** Counts up when decoding changes, so that older entries are not used. */
const VERSION = 1;
const READ_BYTES = 2 ** 28;

/**
 * The decoded images of a list, from the cache where it has them. An entry is KEY.npy, the good
 * images [n,C,size,size], and KEY.json, what was wrong with the others. KEY is a hash of every
 * file's name, size, time of change and crop, and of the preprocessing: a changed file is another
 * entry. An entry that is damaged or incomplete is decoded again, and a list with a file that cannot
 * be read is not kept.
 *
 * @throws Error when the cache's folder cannot be written; the signal's reason when aborted.
 */
export async function decodeCached(
  files: readonly ImageFile[],
  preprocessing: Preprocessing,
  folder: string,
  options: DecodeOptions = {},
): Promise<DecodedImages> {
  const path = join(folder, await keyOf(files, preprocessing));
  const known = await readEntry(path, files.length, preprocessing).catch(() => undefined);
  if (known) return known;
  const decoded = await decodeImages(files, preprocessing, options);
  if (decoded.bad.some(({ code }) => code !== undefined)) return decoded;
  const { size, channels } = preprocessing;
  const shape = [files.length - decoded.bad.length, channels, size, size];
  try {
    await mkdir(folder, { recursive: true });
    await installFile(`${path}.json`, new TextEncoder().encode(JSON.stringify(decoded.bad)));
    await installFile(`${path}.npy`, formatNpyHeader("|u1", shape, 1), decoded.pixels);
  } catch (cause) {
    throw new Error(
      `Cannot keep decoded images in ${folder}: ${(cause as Error).message}. Choose another folder with --cache.`,
      { cause },
    );
  }
  return decoded;
}

async function readEntry(
  path: string,
  count: number,
  { size, channels }: Preprocessing,
): Promise<DecodedImages | undefined> {
  const bad = JSON.parse(await readFile(`${path}.json`, "utf8")) as BadImage[];
  const { dtype, shape, data } = decodeNpy(await readWhole(`${path}.npy`));
  const expected = [count - bad.length, channels, size, size];
  if (dtype !== "u1" || shape.join() !== expected.join()) return undefined;
  return { pixels: data as Uint8Array, bad };
}

/** Reads a file of any size; Node's own functions stop at 2 GiB. */
async function readWhole(path: string): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const bytes = new Uint8Array((await file.stat()).size);
    for (let at = 0; at < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, at, Math.min(READ_BYTES, bytes.length - at), at);
      if (bytesRead === 0) throw new Error(`${path} became shorter while it was read.`);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

async function keyOf(files: readonly ImageFile[], preprocessing: Preprocessing): Promise<string> {
  const { size, channels, fit } = preprocessing;
  const hash = createHash("sha256");
  const add = (...values: unknown[]) => hash.update(`${JSON.stringify(values)}\n`);
  add(VERSION, size, channels, fit);
  const states = new Map<string, unknown>();
  for (const { path, name, crop } of files) {
    if (!states.has(path)) {
      const state = await stat(path).catch(() => undefined);
      states.set(path, state ? [state.size, state.mtimeMs] : "missing");
    }
    add(name, states.get(path), crop && [crop.left, crop.top, crop.width, crop.height]);
  }
  return hash.digest("hex").slice(0, 32);
}
