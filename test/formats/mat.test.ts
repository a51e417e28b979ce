import { expect, test } from "vitest";
import { decodeMat } from "../../src/formats/mat.ts";
import { matFile } from "./matFile.ts";
import { expectCleanErrors } from "./mutations.ts";

const variables = [
  { name: "X", shape: [2, 3], data: [1, 2, 3, 4, 5, 6] },
  { name: "y", shape: [3, 1], data: [10, 1, 2], arrayClass: 6 },
  { name: "wide", shape: [1, 2], data: [0.5, -3], stored: "f8" as const, arrayClass: 6 },
  { name: "long_name", shape: [1, 2], data: [7, 70_000], stored: "i4" as const, arrayClass: 12 },
];
const content = new Map([
  ["X", { shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) }],
  ["y", { shape: [3, 1], data: Uint8Array.of(10, 1, 2) }],
  ["wide", { shape: [1, 2], data: Float64Array.of(0.5, -3) }],
  ["long_name", { shape: [1, 2], data: Int32Array.of(7, 70_000) }],
]);

test("arrays are read in the type they are stored in, compressed or not, in either byte order", async () => {
  for (const compressed of [true, false]) {
    for (const bigEndian of [true, false]) {
      expect(await decodeMat(matFile(variables, { compressed, bigEndian }))).toEqual(content);
    }
  }
});

test("arrays that are not real numbers are passed over", async () => {
  const others = [
    { name: "cell", shape: [1, 1], data: [0], arrayClass: 1 },
    { name: "text", shape: [1, 2], data: [65, 66], stored: "u2" as const, arrayClass: 4 },
    { name: "wave", shape: [1, 2], data: [1, 2], complex: true },
  ];
  for (const compressed of [true, false]) {
    const file = matFile([...others, ...variables], { compressed });
    expect(await decodeMat(file)).toEqual(content);
  }
});

test("an array larger than a chunk of the decompressor is whole", async () => {
  const data = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) >> 3);
  const read = await decodeMat(matFile([{ name: "X", shape: [300, 1000], data }]));
  expect(Buffer.compare(read.get("X")!.data as Uint8Array, data)).toBe(0);
});

test("files of other levels are told apart", async () => {
  const hdf5 = new Uint8Array(1024).fill(0x20);
  hdf5.set(new TextEncoder().encode("MATLAB 7.3 MAT-file"));
  hdf5.set([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], 512);
  await expect(decodeMat(hdf5)).rejects.toThrow("HDF5 format of MATLAB's -v7.3; expected level 5");
  await expect(decodeMat(hdf5.subarray(512))).rejects.toThrow("save(..., '-v7')");
  const newer = matFile(variables);
  newer[125] = 2;
  await expect(decodeMat(newer)).rejects.toThrow("version 0x0200, expected 0x0100");
  await expect(decodeMat(new Uint8Array(40))).rejects.toThrow("has 40 bytes, its header alone 128");
  await expect(decodeMat(new Uint8Array(200))).rejects.toThrow("neither IM nor MI");
});

test("cut-off, damaged and inconsistent files are refused", async () => {
  const file = matFile(variables);
  await expect(decodeMat(file.subarray(0, -1))).rejects.toThrow(
    /element at byte \d+ has \d+ bytes/,
  );
  await expect(decodeMat(file.subarray(0, 132))).rejects.toThrow("ends inside a tag");
  const changed = matFile(variables.slice(0, 1));
  changed[changed.length - 3]! ^= 0xff;
  await expect(decodeMat(changed)).rejects.toThrow("Damaged or cut-off deflate data");
  const short = matFile([{ name: "X", shape: [2, 4], data: [1, 2, 3] }]);
  await expect(decodeMat(short)).rejects.toThrow("X of shape [2,4] needs 8 numbers, got 3");
  const huge = matFile(variables.slice(0, 1), { compressed: false });
  await expect(decodeMat(huge, 16)).rejects.toThrow(
    /variable of \d+ bytes, more than can be there/,
  );
});

test("cut-off and changed files give clean errors", async () => {
  const decode = (bytes: Uint8Array) => decodeMat(bytes);
  await expectCleanErrors(matFile(variables), decode, 1000);
  await expectCleanErrors(matFile(variables, { compressed: false }), decode, 1000);
});
