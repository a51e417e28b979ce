import { expect, test } from "vitest";
import { decodeNpy, encodeNpy, type NpyArray, npyNumbers } from "../../src/formats/npy.ts";
import { expectCleanErrors } from "./mutations.ts";

const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, "base64"));

// Written by NumPy 2.4.
const float32 = bytesOf(
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMp" +
    "LCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/" +
    "AAAAQAAAQEAAAIBAAACgQAAA0EA=",
);
const bigEndianFortran = bytesOf(
  "k05VTVBZAgB0AAAAeydkZXNjcic6ICc+aTInLCAnZm9ydHJhbl9vcmRlcic6IFRydWUsICdzaGFwZSc6ICgyLCAz" +
    "KSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAQAE" +
    "//4ABQAD/ag=",
);
const scalar = bytesOf(
  "k05VTVBZAwB0AAAAeydkZXNjcic6ICc8aTgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoKSwg" +
    "fSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr7////" +
    "/////w==",
);

test("a float32 array of NumPy is read, and written again as the same bytes", () => {
  const array = decodeNpy(float32);
  expect(array).toEqual({
    dtype: "f4",
    shape: [2, 3],
    data: Float32Array.of(1, 2, 3, 4, 5, 6.5),
  });
  expect(encodeNpy(array)).toEqual(float32);
});

test("big-endian column-major data becomes native row-major data", () => {
  expect(decodeNpy(bigEndianFortran)).toEqual({
    dtype: "i2",
    shape: [2, 3],
    data: Int16Array.of(1, -2, 3, 4, 5, -600),
  });
});

test("a scalar of format 3.0 is read, and written again as the same bytes", () => {
  const array = decodeNpy(scalar);
  expect(array).toEqual({ dtype: "i8", shape: [], data: BigInt64Array.of(-5n) });
  expect(encodeNpy(array, 3)).toEqual(scalar);
});

test("every dtype survives writing and reading", () => {
  const arrays: NpyArray[] = [
    { dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) },
    { dtype: "u1", shape: [2, 1], data: Uint8Array.of(0, 255) },
    { dtype: "i1", shape: [1], data: Int8Array.of(-128) },
    { dtype: "u2", shape: [1], data: Uint16Array.of(65535) },
    { dtype: "i2", shape: [1], data: Int16Array.of(-2) },
    { dtype: "u4", shape: [1], data: Uint32Array.of(4294967295) },
    { dtype: "i4", shape: [1], data: Int32Array.of(-7) },
    { dtype: "u8", shape: [1], data: BigUint64Array.of(2n ** 64n - 1n) },
    { dtype: "i8", shape: [1], data: BigInt64Array.of(-(2n ** 63n)) },
    { dtype: "f2", shape: [1], data: Uint16Array.of(0x3c00) },
    { dtype: "f4", shape: [0, 3], data: new Float32Array(0) },
    { dtype: "f8", shape: [1, 1, 1], data: Float64Array.of(Math.PI) },
  ];
  for (const array of arrays) {
    for (const version of [1, 2, 3] as const) {
      expect(decodeNpy(encodeNpy(array, version))).toEqual(array);
    }
  }
});

test("unaligned input is read", () => {
  const shifted = new Uint8Array(float32.length + 1);
  shifted.set(float32, 1);
  expect(decodeNpy(shifted.subarray(1)).data).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6.5));
});

test("npyNumbers reads half floats and 64-bit integers", () => {
  const halves = Uint16Array.of(0x3c00, 0xb800, 0x7bff, 0x0001, 0x7c00);
  expect([...npyNumbers({ dtype: "f2", shape: [5], data: halves })]).toEqual([
    1,
    -0.5,
    65504,
    2 ** -24,
    Number.POSITIVE_INFINITY,
  ]);
  expect([...npyNumbers({ dtype: "i8", shape: [1], data: BigInt64Array.of(-3n) })]).toEqual([-3]);
  const huge: NpyArray = { dtype: "i8", shape: [1], data: BigInt64Array.of(2n ** 60n) };
  expect(() => npyNumbers(huge)).toThrow("beyond 2^53");
});

test("malformed files are refused with what was expected", () => {
  const edited = (from: string, to: string) =>
    new Uint8Array(
      Buffer.from(Buffer.from(float32).toString("latin1").replace(from, to), "latin1"),
    );
  expect(() => decodeNpy(new Uint8Array(0))).toThrow("Not a .npy file");
  expect(() => decodeNpy(float32.subarray(0, float32.length - 1))).toThrow(
    "needs 24 data bytes, got 23",
  );
  expect(() => decodeNpy(edited("<f4", "|O8"))).toThrow('dtype "|O8" is not supported');
  expect(() => decodeNpy(edited("(2, 3)", "(2,-3)"))).toThrow("lacks a simple");
  expect(() => decodeNpy(edited("(2, 3), }   ", "(99999999999999999999, 0)"))).toThrow(
    "not a list",
  );
  expect(() => decodeNpy(edited("(2, 3), }          ", "(9999999999, 9999999999)"))).toThrow(
    "too large",
  );
  expect(() => encodeNpy({ dtype: "f4", shape: [2], data: new Float32Array(3) })).toThrow(
    "Float32Array of 2 elements, got a Float32Array of 3",
  );
});

test("cut-off and changed files give clean errors", async () => {
  await expectCleanErrors(float32, decodeNpy);
  await expectCleanErrors(bigEndianFortran, decodeNpy);
});
