import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { NpyArray } from "../../src/formats/npy.ts";
import { npyNumbers } from "../../src/formats/npy.ts";
import { decodeNpz, encodeNpz, openNpz } from "../../src/formats/npz.ts";
import { readZipEntry, zipEntries } from "../../src/formats/zip.ts";
import { encodeZip } from "../../src/formats/zipWrite.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { expectCleanErrors } from "./mutations.ts";

const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, "base64"));

// numpy.savez_compressed(images=[2,3,4] of 7, labels=[1,0], half=[1,-0.5,65504], flag=[True,False])
const compressed = bytesOf(
  "UEsDBC0AAAAIAAAAIQDoqvgO//////////8KABQAaW1hZ2VzLm5weQEAEACYAAAAAAAAAEwAAAAAAAAAm+wX6hsQychQxlCt" +
    "npJanFykbqWgXlNqqK6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjoKxjoKJpo6CrUK5AEudhwAAFBLAwQtAAAA" +
    "CAAAACEAcfs5q///////////CgAUAGxhYmVscy5ucHkBABAAkAAAAAAAAABIAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6l" +
    "oG6TaaGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6mjoKtQoUAC5GBlQAAFBLAwQtAAAACAAAACEAYHJP4f//" +
    "////////CAAUAGhhbGYubnB5AQAQAIYAAAAAAAAASgAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2akrqOgnpZfVFKU" +
    "mBefX5SSChJ3S8wpTgWKF2ckFqQC+RrGOpo6CrUKFAAuBhuGHf+rAVBLAwQtAAAACAAAACEA7hm7Xf//////////CAAUAGZs" +
    "YWcubnB5AQAQAIIAAAAAAAAARgAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBek2SorqOgnpZfVFKUmBefX5SSChJ3S8wp" +
    "TgWKF2ckFqQC+RpGOpo6CrUKFAAuRgYAUEsBAi0DLQAAAAgAAAAhAOiq+A5MAAAAmAAAAAoAAAAAAAAAAAAAAIABAAAAAGlt" +
    "YWdlcy5ucHlQSwECLQMtAAAACAAAACEAcfs5q0gAAACQAAAACgAAAAAAAAAAAAAAgAGIAAAAbGFiZWxzLm5weVBLAQItAy0A" +
    "AAAIAAAAIQBgck/hSgAAAIYAAAAIAAAAAAAAAAAAAACAAQwBAABoYWxmLm5weVBLAQItAy0AAAAIAAAAIQDuGbtdRgAAAIIA" +
    "AAAIAAAAAAAAAAAAAACAAZABAABmbGFnLm5weVBLBQYAAAAABAAEANwAAAAQAgAAAAA=",
);
// Two files and a directory in zip64 form throughout, written by Python's zipfile.
const zip64 = bytesOf(
  "UEsDBC0AAAAAAAAAIQCsugr4//////////8FABQAZmlyc3QBABAACwAAAAAAAAALAAAAAAAAAGhlbGxvIHppcDY0UEsDBC0A" +
    "AAAAAAAAIQD8W6GT//////////8GABQAc2Vjb25kAQAQAAUAAAAAAAAABQAAAAAAAABhZ2FpblBLAQItAy0AAAAAAAAAIQCs" +
    "ugr4//////////8FABQAAAAAAAAAAACAAQAAAABmaXJzdAEAEAALAAAAAAAAAAsAAAAAAAAAUEsBAi0DLQAAAAAAAAAhAPxb" +
    "oZP//////////wYAHAAAAAAAAAAAAIAB/////3NlY29uZAEAGAAFAAAAAAAAAAUAAAAAAAAAQgAAAAAAAABQSwYGLAAAAAAA" +
    "AAAtAC0AAAAAAAAAAAACAAAAAAAAAAIAAAAAAAAAlwAAAAAAAAB/AAAAAAAAAFBLBgcAAAAAFgEAAAAAAAABAAAAUEsFBgAA" +
    "AAACAAIAlwAAAH8AAAAAAA==",
);

test("an archive of numpy.savez_compressed is read", async () => {
  const arrays = await decodeNpz(compressed);
  expect([...arrays.keys()]).toEqual(["images", "labels", "half", "flag"]);
  expect(arrays.get("images")).toEqual({
    dtype: "u1",
    shape: [2, 3, 4],
    data: new Uint8Array(24).fill(7),
  });
  expect(arrays.get("labels")?.data).toEqual(BigInt64Array.of(1n, 0n));
  expect([...npyNumbers(arrays.get("half")!)]).toEqual([1, -0.5, 65504]);
  expect(arrays.get("flag")).toEqual({ dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) });
});

test("zip64 sizes, offsets and end record are read", async () => {
  const [first, second] = zipEntries(zip64);
  expect(new TextDecoder().decode(await readZipEntry(zip64, first!))).toBe("hello zip64");
  expect(new TextDecoder().decode(await readZipEntry(zip64, second!))).toBe("again");
});

const arrays = new Map<string, NpyArray>([
  ["images", { dtype: "f4", shape: [2, 2], data: Float32Array.of(0.1, 2, -3, 1e30) }],
  ["größe", { dtype: "i8", shape: [1], data: BigInt64Array.of(-1n) }],
]);

test("a written archive is read back and is the same every time", async () => {
  expect(await decodeNpz(encodeNpz(arrays))).toEqual(arrays);
  expect(encodeNpz(arrays)).toEqual(encodeNpz(arrays));
});

const numpy = spawnSync("python3", ["-c", "import numpy"]).status === 0;
if (!numpy) console.warn("Skipped: python3 with numpy is not installed.");
const folder = temporaryFolder();

test.skipIf(!numpy)("numpy.load reads a written archive", () => {
  const path = join(folder, "arrays.npz");
  writeFileSync(path, encodeNpz(arrays));
  const script =
    "import sys, numpy as n; z = n.load(sys.argv[1]);" +
    "print(z['images'].dtype, z['images'].tolist() == n.float32([[.1,2],[-3,1e30]]).tolist()," +
    " z['gr\\u00f6\\u00dfe'].tolist())";
  const { stdout } = spawnSync("python3", ["-c", script, path], { encoding: "utf8" });
  expect(stdout.trim()).toBe("float32 True [-1]");
});

test("a changed byte is found by its CRC-32", async () => {
  const bytes = encodeNpz(arrays);
  bytes[bytes.indexOf(0xcd)]! ^= 1;
  await expect(decodeNpz(bytes)).rejects.toThrow(/Array "images": Zip entry .* is damaged/);
});

test("an unknown array and a size above the limit are errors", async () => {
  await expect(openNpz(compressed).read("x")).rejects.toThrow("only images, labels, half, flag");
  await expect(openNpz(compressed, 100).read("images")).rejects.toThrow("above the limit of 100");
});

test("an entry that expands beyond its stated size is stopped", async () => {
  const [entry] = zipEntries(compressed);
  const liar = { ...entry!, size: 10 };
  await expect(readZipEntry(compressed, liar)).rejects.toThrow("beyond the limit of 10 bytes");
});

test("a size that deflate cannot reach is refused before anything is decompressed", async () => {
  const [entry] = zipEntries(compressed);
  const liar = { ...entry!, size: 1033 * entry!.compressedSize };
  await expect(readZipEntry(compressed, liar)).rejects.toThrow("claims 78508 bytes out of 76");
});

test("arrays that are too large together are refused", async () => {
  const large: NpyArray = { dtype: "u1", shape: [300], data: new Uint8Array(300) };
  const bytes = encodeNpz(new Map(["a", "b"].map((name) => [name, large])));
  await expect(decodeNpz(bytes, 500)).rejects.toThrow(".npz has arrays of over 500 bytes in all");
});

test("entries that share bytes are refused", () => {
  const bytes = encodeZip(
    new Map([
      ["a", new Uint8Array(10)],
      ["b", new Uint8Array(10)],
    ]),
  );
  const directory = bytes.length - 22 - 2 * 47;
  new DataView(bytes.buffer).setUint32(directory + 47 + 42, 0, true);
  expect(() => zipEntries(bytes)).toThrow('"a" and "b" overlap');
});

test("cut-off and changed archives give clean errors", async () => {
  await expectCleanErrors(compressed, (bytes) => decodeNpz(bytes));
  const readAll = async (bytes: Uint8Array) => {
    for (const entry of zipEntries(bytes)) await readZipEntry(bytes, entry);
  };
  await expectCleanErrors(zip64, readAll, 500);
});
