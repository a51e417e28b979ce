import { expect, test } from "vitest";
import { relativeError, roundToFloat32 } from "../../src/ir/float32.ts";

test("rounds to the nearest float32", () => {
  expect([...roundToFloat32([0.1, 1, 1 + 2 ** -30])]).toEqual([0.10000000149011612, 1, 1]);
});

test("the relative error is the length of the difference over the length of what was expected", () => {
  expect(relativeError([3, 4.5], [3, 4])).toBeCloseTo(0.1, 15);
});

test("against zeros the error is absolute", () => {
  expect(relativeError([0, 0], [0, 0])).toBe(0);
  expect(relativeError([3e-9, 4e-9], [0, 0])).toBeCloseTo(5e-9, 20);
});

test("NaN never passes for a small error, and equal infinities agree", () => {
  expect(relativeError([Number.NaN], [1])).toBeNaN();
  expect(relativeError([1], [Number.NaN])).toBeNaN();
  expect(relativeError([Infinity, 1], [Infinity, 1])).toBe(0);
});

test("arrays of different lengths are refused", () => {
  expect(() => relativeError([1, 2], [1])).toThrow("comparing 2 numbers with 1");
});
