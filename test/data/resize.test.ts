import { expect, test } from "vitest";
import { resizeBicubic } from "../../src/data/resize.ts";

/** Pixels that jump: i * 73 + i * i * 11 modulo 256. */
const pixels = Uint8Array.from({ length: 20 }, (_, i) => (i * 73 + i * i * 11) % 256);

test("enlarging and shrinking give Pillow's bytes (resize with BICUBIC, version 11.3)", () => {
  expect([...resizeBicubic(pixels, [4, 5], [7, 9])]).toEqual([
    0, 13, 73, 150, 203, 121, 73, 178, 241, 44, 50, 73, 110, 135, 75, 41, 114, 157, 130, 110, 73,
    48, 29, 11, 4, 13, 19, 78, 76, 71, 74, 86, 124, 134, 68, 30, 41, 55, 83, 116, 156, 219, 239,
    153, 104, 181, 165, 132, 112, 100, 88, 102, 171, 210, 255, 231, 161, 108, 61, 2, 12, 176, 255,
  ]);
  expect([...resizeBicubic(pixels, [5, 4], [2, 3])]).toEqual([90, 99, 66, 129, 87, 162]);
  expect([...resizeBicubic(pixels, [4, 5], [4, 3])]).toEqual([
    36, 139, 149, 104, 28, 9, 53, 168, 170, 205, 61, 141,
  ]);
});

test("planes are resized each on its own, and their pixels left alone", () => {
  const before = pixels.slice();
  const both = resizeBicubic(pixels, [2, 5], [3, 4]);
  expect(both.subarray(0, 12)).toEqual(resizeBicubic(pixels.subarray(0, 10), [2, 5], [3, 4]));
  expect(both.subarray(12)).toEqual(resizeBicubic(pixels.subarray(10), [2, 5], [3, 4]));
  expect(pixels).toEqual(before);
});

test("a plane of one value keeps it", () => {
  const flat = resizeBicubic(new Uint8Array(9).fill(201), [3, 3], [28, 2]);
  expect(flat).toEqual(new Uint8Array(56).fill(201));
});

test("sizes that make no planes are refused", () => {
  expect(() => resizeBicubic(pixels, [3, 3], [2, 2])).toThrow("20 pixels are not planes of [3,3]");
  expect(() => resizeBicubic(pixels, [4, 5], [0, 2])).toThrow(
    "sizes must be positive integers, got [4,5] and [0,2]",
  );
});
