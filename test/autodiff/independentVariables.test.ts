import { expect, test } from "vitest";
import { gradient } from "../../src/autodiff/gradient.ts";
import { jvp } from "../../src/autodiff/jvp.ts";
import { flatten, input, mul, reduceSum, take, transpose } from "../../src/ir/builders/index.ts";
import { evaluate } from "../../src/ir/interpreter/index.ts";
import type { Value } from "../../src/ir/value.ts";

const x = input("x", [2, 3, 2]);
const feeds = new Map([["x", Float64Array.from({ length: 12 }, (_, i) => i)]]);

/** Each is made by a movement that the function below continues. */
const moved: [string, Value, (part: Value) => Value][] = [
  ["a row, reshaped again", take(x, 1), flatten],
  ["a transpose, transposed again", transpose(x, [1, 0, 2]), (y) => transpose(y, [1, 2, 0])],
];

test.each(moved)("%s is an independent variable of its own", (_, part, move) => {
  const loss = reduceSum(mul(move(part), move(part)));
  const [slope] = gradient(loss, [part]);
  const [values, slopes] = evaluate([part, slope], feeds);
  expect([...slopes]).toEqual([...values.map((v) => 2 * v)]);

  const [tangent] = evaluate(jvp([loss], [part], [part]), feeds);
  expect(tangent[0]).toBe(2 * values.reduce((sum, v) => sum + v * v, 0));
});
