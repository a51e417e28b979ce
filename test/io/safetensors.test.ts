import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  decodeSafetensors,
  encodeSafetensors,
  float32Tensor,
  type RawTensor,
  toFloat32Array,
} from "../../src/io/safetensors.ts";
import { expectCleanErrors } from "../formats/mutations.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

// Written by Python's safetensors 0.8.0.
const goldenHeader =
  '{"__metadata__":{"format":"test ü"},' +
  '"bias":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},' +
  '"weight":{"dtype":"F32","shape":[2,2],"data_offsets":[8,24]},' +
  '"scale":{"dtype":"F16","shape":[],"data_offsets":[24,26]},' +
  '"é\\"":{"dtype":"U8","shape":[0,3],"data_offsets":[26,26]}} ';
const goldenData = "07000000000000000000803f00002040000040c0cdcccc3d0038";
const golden = new Uint8Array(
  Buffer.concat([
    Buffer.from("1001000000000000", "hex"),
    Buffer.from(goldenHeader),
    Buffer.from(goldenData, "hex"),
  ]),
);

test("a file of Python's safetensors is read", () => {
  const { tensors, metadata } = decodeSafetensors(golden);
  expect(metadata).toEqual({ format: "test ü" });
  expect([...tensors.keys()].sort()).toEqual(["bias", "scale", "weight", 'é"']);
  const weight = tensors.get("weight")!;
  expect(weight.shape).toEqual([2, 2]);
  expect(toFloat32Array(weight)).toEqual(Float32Array.of(1, 2.5, -3, 0.1));
  expect(toFloat32Array(tensors.get("scale")!)).toEqual(Float32Array.of(0.5));
  expect(tensors.get("bias")).toMatchObject({
    dtype: "I64",
    bytes: Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0),
  });
});

test("the same tensors in any order are written as Python writes them", () => {
  const { tensors, metadata } = decodeSafetensors(golden);
  const reversed = new Map([...tensors].reverse());
  expect(encodeSafetensors(reversed, metadata)).toEqual(golden);
});

test("metadata and names of any kind survive writing and reading", () => {
  const names = ["10", "9", "__proto__", "a.b", "\u{1f600}", "\uffff"];
  const tensors = new Map(names.map((name, i) => [name, float32Tensor(Float32Array.of(i), [1])]));
  const metadata = { "2": "b", "1": "a", steps: '"10"\n' };
  const decoded = decodeSafetensors(encodeSafetensors(tensors, metadata));
  expect(decoded.metadata).toEqual(metadata);
  expect(new Map([...decoded.tensors].sort())).toEqual(new Map([...tensors].sort()));
});

test("the header ends at a multiple of 8 bytes, and no tensors at all are a valid file", () => {
  for (const name of ["a", "ab", "abc", "abcdefgh"]) {
    const bytes = encodeSafetensors(new Map([[name, float32Tensor(Float32Array.of(1), [])]]));
    expect((bytes.length - 4) % 8).toBe(0);
  }
  expect(decodeSafetensors(encodeSafetensors(new Map()))).toEqual({
    tensors: new Map(),
    metadata: {},
  });
});

test("all float types become float32, and others are refused", () => {
  const raw = (dtype: RawTensor["dtype"], ...values: number[]): RawTensor => ({
    dtype,
    shape: [1],
    bytes: Uint8Array.from(values),
  });
  expect([...toFloat32Array(raw("BF16", 0x49, 0xc0))]).toEqual([-3.140625]);
  expect([...toFloat32Array(raw("F16", 0xff, 0x7b))]).toEqual([65504]);
  const pi = new Uint8Array(Float64Array.of(Math.PI).buffer);
  expect([...toFloat32Array({ dtype: "F64", shape: [1], bytes: pi })]).toEqual([
    Math.fround(Math.PI),
  ]);
  expect(() => toFloat32Array(raw("U8", 1))).toThrow("A U8 tensor [1] is not float");
});

test("tensors of the wrong size are not written", () => {
  const wrong: RawTensor = { dtype: "F32", shape: [3], bytes: new Uint8Array(8) };
  expect(() => encodeSafetensors(new Map([["w", wrong]]))).toThrow("needs 12 bytes, got 8");
  expect(() => encodeSafetensors(new Map([["__metadata__", wrong]]))).toThrow(
    "No tensor may be named",
  );
  expect(() => float32Tensor(new Float32Array(3), [2])).toThrow("[2] cannot hold 3 numbers");
  expect(() => float32Tensor(new Float32Array(1), [-1, -1])).toThrow("impossible shape [-1,-1]");
});

const file = (header: unknown, dataBytes = 8, headerLength?: bigint): Uint8Array => {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(headerLength ?? BigInt(text.length));
  return new Uint8Array(Buffer.concat([length, text, Buffer.alloc(dataBytes)]));
};
const tensor = (
  begin: number,
  end: number,
  shape: unknown = [(end - begin) / 4],
  dtype = "F32",
) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

test.each([
  ["no header", new Uint8Array(3), "a file of 3 bytes has no header"],
  ["an absurd header size", file({}, 8, 2n ** 63n), "claims 9223372036854775808 bytes, at most 10"],
  ["a header beyond the file", file({}, 8, 11n), "claims 11 bytes, at most 10"],
  ["no JSON", file("{]"), "not JSON"],
  ["no UTF-8", file("{}", 8, 4n), "not JSON"],
  ["a list", file([]), "not a JSON object"],
  ["metadata of numbers", file({ __metadata__: { a: 1 } }), "not an object of strings"],
  ["an unknown dtype", file({ w: tensor(0, 8, [2], "F31") }), 'has dtype "F31"; known are U64'],
  ["no entry", file({ w: null }), 'tensor "w" has no dtype'],
  ["a negative length", file({ w: tensor(0, 8, [-2]) }), "needs a shape and two data_offsets"],
  ["three offsets", file({ w: { ...tensor(0, 8), data_offsets: [0, 4, 8] } }), "two data_offsets"],
  ["an immense shape", file({ w: tensor(0, 8, [2 ** 40, 2 ** 40]) }), "impossible shape"],
  ["a wrong size", file({ w: tensor(0, 8, [3]) }), "F32 [3], needs 12 bytes, its offsets span 8"],
  ["swapped offsets", file({ w: tensor(8, 0, [2]) }), "its offsets span -8"],
  ["an overlap", file({ v: tensor(0, 8), w: tensor(4, 8) }), '"w" at 4..8 overlaps another'],
  ["a gap", file({ v: tensor(0, 4), w: tensor(8, 12) }, 12), '"w" at 8..12 leaves a gap'],
  ["data cut off", file({ w: tensor(0, 12) }), "take 12 bytes, but 8 follow"],
  ["data left over", file({ w: tensor(0, 4) }), "take 4 bytes, but 8 follow"],
])("a file with %s is refused", (_, bytes, message) => {
  expect(() => decodeSafetensors(bytes)).toThrow(message);
});

test("cut-off and changed files give clean errors", async () => {
  await expectCleanErrors(golden, (bytes) => {
    for (const value of decodeSafetensors(bytes).tensors.values()) value.bytes.at(0);
  });
});

const python = spawnSync("python3", ["-c", "import safetensors.numpy"]).status === 0;
if (!python) console.warn("Skipped: python3 with safetensors is not installed.");
const folder = temporaryFolder();

test.skipIf(!python)("Python reads our files and we read Python's", () => {
  const ours = join(folder, "ours.safetensors");
  const theirs = join(folder, "theirs.safetensors");
  const values = Float32Array.of(1.5, -2, 1e-30, 4, 5, 6);
  const bytes = encodeSafetensors(
    new Map<string, RawTensor>([
      ["images", float32Tensor(values, [1, 2, 3])],
      ["steps", { dtype: "BOOL", shape: [3], bytes: Uint8Array.of(1, 0, 1) }],
    ]),
    { format: "ours" },
  );
  writeFileSync(ours, bytes);
  const script =
    "import sys; from safetensors import safe_open; from safetensors.numpy import save_file\n" +
    "f = safe_open(sys.argv[1], 'np'); t = {k: f.get_tensor(k) for k in f.keys()}\n" +
    "print(t['images'].shape, t['images'].ravel().tolist()[:2], t['steps'].tolist())\n" +
    "save_file(t, sys.argv[2], f.metadata())";
  const run = spawnSync("python3", ["-c", script, ours, theirs], { encoding: "utf8" });
  expect(run.stderr).toBe("");
  expect(run.stdout.trim()).toBe("(1, 2, 3) [1.5, -2.0] [True, False, True]");
  expect(new Uint8Array(readFileSync(theirs))).toEqual(bytes);
});
