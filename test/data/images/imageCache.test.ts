import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { decodeCached } from "../../../src/data/images/imageCache.ts";
import type { Preprocessing } from "../../../src/data/images/listing.ts";
import { decodeNpy } from "../../../src/formats/npy.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";

const root = temporaryFolder();
const small: Preprocessing = { size: 2, channels: 3, fit: "cover" };

async function pictures(folder: string) {
  mkdirSync(join(root, folder));
  const files = [];
  for (const [label, red] of [10, 200].entries()) {
    const path = join(root, folder, `${label}.png`);
    const create = {
      width: 4,
      height: 4,
      channels: 3 as const,
      background: { r: red, g: 0, b: 9 },
    };
    await sharp({ create }).png().toFile(path);
    files.push({ path, name: `${label}.png`, label });
  }
  return files;
}

/** Decodes, and says how many images really were. */
async function decode(...[files, preprocessing, folder]: Parameters<typeof decodeCached>) {
  let decoded = 0;
  const onDecoded = (done: number, total: number) => {
    expect(total).toBe(files.length);
    decoded = done;
  };
  const result = await decodeCached(files, preprocessing, folder, { onDecoded });
  return { ...result, decoded };
}

test("images are decoded once, and kept as an array that NumPy reads", async () => {
  const files = await pictures("once");
  const cache = join(root, "once-cache");
  const first = await decode(files, small, cache);
  const second = await decode(files, small, cache);
  expect([first.decoded, second.decoded]).toEqual([2, 0]);
  expect(second.pixels).toEqual(first.pixels);
  expect([...first.pixels.subarray(0, 12)]).toEqual([10, 10, 10, 10, 0, 0, 0, 0, 9, 9, 9, 9]);
  const names = readdirSync(cache).sort();
  expect(names).toEqual([expect.stringMatching(/\.json$/), expect.stringMatching(/\.npy$/)]);
  const { shape, data } = decodeNpy(readFileSync(join(cache, names[1]!)));
  expect(shape).toEqual([2, 3, 2, 2]);
  expect(data).toEqual(first.pixels);
});

test("a changed file, another list and another preprocessing are decoded anew", async () => {
  const files = await pictures("changed");
  const cache = join(root, "changed-cache");
  await decode(files, small, cache);
  const anew = async (of = files, preprocessing = small) =>
    (await decode(of, preprocessing, cache)).decoded > 0;
  expect(await anew()).toBe(false);
  utimesSync(files[0]!.path, 1e9, 1e9);
  expect(await anew()).toBe(true);
  expect(await anew(files.slice(1))).toBe(true);
  expect(await anew(files, { ...small, size: 3 })).toBe(true);
  expect(await anew(files, { ...small, channels: 1 })).toBe(true);
  expect(await anew(files, { ...small, fit: "squash" })).toBe(true);
  const crop = { left: 0, top: 0, width: 2, height: 2 };
  expect(await anew(files.map((file) => ({ ...file, crop })))).toBe(true);
  expect(await anew()).toBe(false);
});

test("a damaged or incomplete entry is made again", async () => {
  const files = await pictures("damaged");
  const cache = join(root, "damaged-cache");
  const { pixels } = await decode(files, small, cache);
  const entry = (ending: string) =>
    join(cache, readdirSync(cache).find((name) => name.endsWith(ending))!);
  writeFileSync(entry(".npy"), readFileSync(entry(".npy")).subarray(0, -1));
  const again = await decode(files, small, cache);
  expect([again.decoded, again.pixels]).toEqual([2, pixels]);
  rmSync(entry(".json"));
  expect((await decode(files, small, cache)).decoded).toBe(2);
  expect((await decode(files, small, cache)).decoded).toBe(0);
});

test("bad images are remembered with their reasons, the others closed up", async () => {
  const files = await pictures("bad");
  writeFileSync(files[0]!.path, "no picture");
  const cache = join(root, "bad-cache");
  const first = await decode(files, small, cache);
  expect(first.bad).toEqual([{ index: 0, reason: expect.stringContaining("unsupported") }]);
  expect([first.pixels.length, first.pixels[0]]).toEqual([12, 200]);
  expect(await decode(files, small, cache)).toEqual({ ...first, decoded: 0 });
});

test("a list with a file that cannot be read is not kept", async () => {
  const files = await pictures("unread");
  const cache = join(root, "unread-cache");
  rmSync(files[1]!.path);
  const { bad, decoded } = await decode(files, small, cache);
  expect([bad.map(({ code }) => code), decoded]).toEqual([["ENOENT"], 2]);
  expect((await decode(files, small, cache)).decoded).toBe(2);
});

test("an aborted signal stops the decoding and keeps nothing", async () => {
  const files = await pictures("stopped");
  const cache = join(root, "stopped-cache");
  const signal = AbortSignal.abort(new Error("stopped"));
  await expect(decodeCached(files, small, cache, { signal })).rejects.toThrow("stopped");
  expect(existsSync(cache)).toBe(false);
});

test("a cache that cannot be written is an error that says how to choose another", async () => {
  const files = await pictures("unwritable");
  const file = join(root, "a-file");
  writeFileSync(file, "");
  await expect(decode(files, small, file)).rejects.toThrow(
    /Cannot keep decoded images in .*a-file: .*Choose another folder with --cache/,
  );
});
