import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { gunzipIfNeeded, inflate } from "../../src/formats/inflate.ts";

const content = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) >> 8);
const packed = new Uint8Array(gzipSync(content));

test("gzip data is decompressed and other data is returned as it is", async () => {
  expect(await gunzipIfNeeded(packed)).toEqual(content);
  expect(await gunzipIfNeeded(content)).toBe(content);
});

test("decompression stops at the limit", async () => {
  await expect(inflate(packed, "gzip", 99_999)).rejects.toThrow("beyond the limit of 99999 bytes");
  expect(await inflate(packed, "gzip", 100_000)).toEqual(content);
});

test("cut-off, changed and empty data are errors", async () => {
  const changed = packed.slice();
  changed[packed.length - 6]! ^= 1;
  for (const bad of [packed.subarray(0, -1), packed.subarray(0, 50), changed, new Uint8Array(0)]) {
    await expect(inflate(bad, "gzip")).rejects.toThrow("Damaged or cut-off gzip data");
  }
});
