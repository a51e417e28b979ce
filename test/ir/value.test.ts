import { expect, test } from "vitest";
import * as build from "../../src/ir/builders/index.ts";

const x = build.input("x", [4]);

test("the same expression is the same value, however its attributes were written down", () => {
  expect(build.gather(x, [2, 0], [2], 0)).toBe(build.gather(x, [2, 0], [2], 0));
  expect(build.add(x, 1)).toBe(build.add(x, 1));
});

test("attributes that differ make different values", () => {
  expect(build.gather(x, [2, 0], [2], 0)).not.toBe(build.gather(x, [0, 2], [2], 0));
  expect(build.gather(x, [1, 2], [2], 0)).not.toBe(build.gather(x, [1], [1], 0));
  expect(build.max(x, 0)).not.toBe(build.firstMax(x, 0));
});

test("zeros of both signs, infinities and NaN are different literals", () => {
  const literals = [0, -0, Infinity, -Infinity, Number.NaN].map(build.scalar);
  expect(new Set(literals).size).toBe(5);
  expect(build.scalar(Number.NaN)).toBe(literals[4]);
});

test("a list that has become an attribute can no longer be changed", () => {
  const perm = [1, 0];
  const y = build.input("y", [2, 3]);
  const turned = build.transpose(y, perm);
  expect(() => {
    perm[0] = 0;
  }).toThrow(TypeError);
  expect(build.transpose(y, [1, 0])).toBe(turned);
});
