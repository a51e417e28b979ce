import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as build from "../../../src/ir/builders/index.ts";
import { erf } from "../../../src/ir/interpreter/erf.ts";
import { broadcastShapes } from "../../../src/ir/shapes.ts";
import type { Value } from "../../../src/ir/value.ts";
import { broadcastableShapes } from "../arbitraries.ts";
import { apply, entry, integers, positions } from "./arrays.ts";

const row = (...data: number[]) => ({ shape: [data.length], data });

test.each<[string, (x: Value) => Value, number[], number[]]>([
  ["neg", build.neg, [1, -2, 0.5], [-1, 2, -0.5]],
  ["abs", build.abs, [1, -2, 0], [1, 2, 0]],
  ["sign", build.sign, [3, -2, 0], [1, -1, 0]],
  ["sqrt", build.sqrt, [0, 4, 2.25], [0, 2, 1.5]],
  ["exp", build.exp, [0, 1, -Infinity], [1, Math.E, 0]],
  ["log", build.log, [1, Math.E, 0], [0, 1, -Infinity]],
  ["reciprocal", build.reciprocal, [4, -0.5], [0.25, -2]],
  ["relu", build.relu, [3, -2, 0], [3, 0, 0]],
  ["sigmoid", build.sigmoid, [0, Math.log(3), -1000, 1000], [0.5, 0.75, 0, 1]],
  ["tanh", build.tanh, [0, Math.log(2), 1000], [0, 0.6, 1]],
  ["erf", build.erf, [0, 0.5, -1], [0, 0.5204998778130465, -0.8427007929497149]],
  ["clip", (x) => build.clip(x, -1, 2), [-3, -1, 0.5, 2, 7], [-1, -1, 0.5, 2, 2]],
  ["stopGradient", build.stopGradient, [1, -2], [1, -2]],
  [
    "cast",
    (x) => build.cast(build.cast(x, "bool"), "float32"),
    [0, 2, -0.5, Number.NaN],
    [0, 1, 1, 1],
  ],
  ["not", (x) => build.cast(build.not(build.cast(x, "bool")), "float32"), [0, 1, 5], [1, 0, 0]],
])("%s follows its definition", (_, op, x, expected) => {
  const actual = apply(op, row(...x));
  expect(actual).toHaveLength(expected.length);
  expected.forEach((y, i) => {
    expect(actual[i]).toBeCloseTo(y, 15);
  });
});

const binary: [string, (a: Value, b: Value) => Value, (a: number, b: number) => number][] = [
  ["add", build.add, (a, b) => a + b],
  ["sub", build.sub, (a, b) => a - b],
  ["mul", build.mul, (a, b) => a * b],
  ["div", build.div, (a, b) => a / b],
  ["pow", build.pow, (a, b) => a ** b],
  ["max", build.max, Math.max],
  ["min", build.min, Math.min],
  ["greater", build.greater, (a, b) => Number(a > b)],
  ["less", build.less, (a, b) => Number(a < b)],
  ["equal", build.equal, (a, b) => Number(a === b)],
  [
    "and",
    (a, b) => build.and(build.cast(a, "bool"), build.cast(b, "bool")),
    (a, b) => (a && b ? 1 : 0),
  ],
];

const broadcastable = broadcastableShapes.chain((shapes) => fc.tuple(...shapes.map(integers)));

test.each(binary)("%s broadcasts as NumPy does", (_, op, formula) => {
  fc.assert(
    fc.property(broadcastable, ([a, b]) => {
      const shape = broadcastShapes(a.shape, b.shape) as number[];
      const expected = positions(shape).map((position) => {
        const [left, right] = [a, b].map((operand) => {
          const own = position.slice(shape.length - operand.shape.length);
          return entry(
            operand,
            own.map((i, axis) => (operand.shape[axis] === 1 ? 0 : i)),
          );
        });
        return formula(left, right);
      });
      expect(apply(op, a, b).map((y) => y + 0)).toEqual(expected.map((y) => y + 0));
    }),
  );
});

test("relu, max and min let NaN through", () => {
  expect(apply(build.relu, row(Number.NaN))).toEqual([Number.NaN]);
  expect(apply(build.max, row(Number.NaN, 1), row(1, Number.NaN))).toEqual([
    Number.NaN,
    Number.NaN,
  ]);
  expect(apply(build.min, row(Number.NaN, 1), row(1, Number.NaN))).toEqual([
    Number.NaN,
    Number.NaN,
  ]);
});

test("where picks by the condition and broadcasts all three operands", () => {
  const picked = apply(
    (condition, a, b) => build.where(build.cast(condition, "bool"), a, b),
    { shape: [2, 1], data: [1, 0] },
    row(1, 2, 3),
    { shape: [], data: [9] },
  );
  expect(picked).toEqual([1, 2, 3, 9, 9, 9]);
});

describe("erf", () => {
  test.each([
    [1e-10, 1.1283791670955126e-10],
    [0.1, 0.1124629160182849],
    [0.46875, 0.4926134732179379],
    [0.75, 0.7111556336535152],
    [1.5, 0.9661051464753108],
    [2.5, 0.999593047982555],
    [4, 0.9999999845827421],
    [5.5, 0.9999999999999927],
    [7, 1],
  ])("erf(%d) = %d to the last places, and is odd", (x, expected) => {
    expect(Math.abs(erf(x) / expected - 1)).toBeLessThan(1e-15);
    expect(erf(-x)).toBe(-erf(x));
  });

  test("is NaN at NaN and 1 at infinity", () => {
    expect(erf(Number.NaN)).toBeNaN();
    expect(erf(Infinity)).toBe(1);
  });
});
