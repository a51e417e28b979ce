import { expect, test } from "vitest";
import { decodeInitializers } from "../../src/onnx/initializers.ts";
import { expectCleanErrors } from "../data/formats/mutations.ts";
import {
  DataType,
  external,
  float32Bytes,
  type TensorFields,
  weightsModel,
} from "./weightsModel.ts";

const raw = { name: "w", dataType: DataType.FLOAT, dims: [2, 1], rawData: float32Bytes(1.5, -2) };
const halves = (...bits: readonly number[]) => new Uint8Array(Uint16Array.from(bits).buffer);

test("float initializers are read from raw bytes and from numbers", () => {
  const bytes = weightsModel(
    raw,
    { name: "numbers", dataType: DataType.FLOAT, dims: [3], floatData: [0.5, 1, -3] },
    { name: "double", dataType: DataType.DOUBLE, dims: [1], doubleData: [0.1] },
    { name: "half", dataType: DataType.FLOAT16, dims: [2], rawData: halves(0x3c00, 0xc000) },
    { name: "half numbers", dataType: DataType.FLOAT16, dims: [2], int32Data: [0x3c00, 0xc000] },
    { name: "brain", dataType: DataType.BFLOAT16, dims: [], int32Data: [0x3f80] },
    { name: "none", dataType: DataType.FLOAT, dims: [0, 4] },
  );
  expect(decodeInitializers(bytes)).toEqual([
    { name: "w", type: "float32", shape: [2, 1], content: float32Bytes(1.5, -2) },
    { name: "numbers", type: "float32", shape: [3], content: float32Bytes(0.5, 1, -3) },
    {
      name: "double",
      type: "float64",
      shape: [1],
      content: new Uint8Array(Float64Array.of(0.1).buffer),
    },
    { name: "half", type: "float16", shape: [2], content: halves(0x3c00, 0xc000) },
    { name: "half numbers", type: "float16", shape: [2], content: halves(0x3c00, 0xc000) },
    { name: "brain", type: "bfloat16", shape: [], content: halves(0x3f80) },
    { name: "none", type: "float32", shape: [0, 4], content: new Uint8Array() },
  ]);
});

test("shapes and indices are passed over", () => {
  const shape = { name: "shape", dataType: DataType.INT64, dims: [2], int64Data: [1, -1] };
  expect(decodeInitializers(weightsModel(shape, raw)).map(({ name }) => name)).toEqual(["w"]);
});

test("numbers that are not packed are read too", () => {
  // Twice field 4 as a single float.
  const tensor = Buffer.concat([
    Buffer.from([0x08, 2, 0x10, 1, 0x42, 1, 0x77]),
    Buffer.from([0x25, ...float32Bytes(7)]),
    Buffer.from([0x25, ...float32Bytes(8)]),
  ]);
  const graph = Buffer.concat([Buffer.from([0x2a, tensor.length]), tensor]);
  const model = Buffer.concat([Buffer.from([0x08, 8, 0x3a, graph.length]), graph]);
  expect(decodeInitializers(new Uint8Array(model))).toEqual([
    { name: "w", type: "float32", shape: [2], content: float32Bytes(7, 8) },
  ]);
});

test("elements in another file are named by place", () => {
  const entries = { location: "w.data", offset: "8", length: "12" };
  const elsewhere = external("w", [3], entries);
  expect(decodeInitializers(weightsModel(elsewhere))[0]?.content).toEqual({
    location: "w.data",
    offset: 8,
    length: 12,
  });
  expect(decodeInitializers(weightsModel(external("w", [2], { location: "a/b" })))).toMatchObject([
    { content: { location: "a/b", offset: 0, length: 8 } },
  ]);
});

const misfits: readonly (readonly [string, readonly TensorFields[], string])[] = [
  ["too few bytes", [{ ...raw, dims: [3] }], '"w", float32 [3], needs 12 bytes, got 8'],
  ["a negative axis", [{ ...raw, dims: [-1] }], '"w" has the impossible shape [-1]'],
  ["an absurd shape", [{ ...raw, dims: [2 ** 40, 2 ** 40] }], "the impossible shape"],
  ["65 axes", [{ ...raw, dims: Array(65).fill(1) }], "a tensor of over 64 axes"],
  ["two of one name", [raw, raw], 'two initializers are named "w"'],
  ["no place", [external("w", [1], {})], '"w" needs 4 bytes of another file, but says {}'],
  ["a wrong length", [external("w", [1], { location: "a", length: "5" })], 'says {"location":"a"'],
  ["no offset", [external("w", [1], { location: "a", offset: "-4" })], "needs 4 bytes of another"],
];

test.each(misfits)("an initializer with %s is refused", (_, initializers, message) => {
  expect(() => decodeInitializers(weightsModel(...initializers))).toThrow(message);
});

test.each([
  ["a field without an end", [0x3a, 9, 1], "field 7 has 9 bytes, 1 are there"],
  ["a number that is cut off", [0x08, 0x80], "a number is cut off"],
  ["an endless number", [0x08, ...Array(11).fill(0x80)], "a number at byte 1 has no end"],
  ["a group", [0x0b, 1], "wire type 3 at byte 1"],
  ["field 0", [0x02, 0], "field 0 at byte 0"],
  ["a number for a graph", [0x38, 5], "field 7 is the number 5"],
  ["a sparse initializer", [0x3a, 2, 0x7a, 0], "it has a sparse initializer"],
])("a model of %s is refused", (_, bytes, message) => {
  expect(() => decodeInitializers(Uint8Array.from(bytes))).toThrow(
    `Not a valid ONNX model: ${message}.`,
  );
});

test("cut-off and changed models give clean errors", async () => {
  const model = weightsModel(
    raw,
    { name: "half", dataType: DataType.FLOAT16, dims: [2], int32Data: [0x3c00, 0xc000] },
    external("e", [2], { location: "e.data", offset: "8" }),
  );
  await expectCleanErrors(model, decodeInitializers);
});
