import { expect, test } from "vitest";
import { add, constant, input, mul, neg, reshape } from "../../../src/ir/builders/index.ts";
import { evaluate } from "../../../src/ir/interpreter/index.ts";
import type { Value } from "../../../src/ir/value.ts";

const x = input("x", [2, 3]);
const numbers = Float64Array.of(1, 2, 3, 4, 5, 6);

test("computes several outputs that share values", () => {
  const square = mul(x, x);
  const [a, b, c] = evaluate([add(square, 1), square, add(square, 1)], new Map([["x", numbers]]));
  expect([...a]).toEqual([2, 5, 10, 17, 26, 37]);
  expect([...b]).toEqual([1, 4, 9, 16, 25, 36]);
  expect(c).toEqual(a);
});

test("outputs are new arrays, also where they are inputs or share entries", () => {
  const outputs = evaluate([x, reshape(x, [6]), x], new Map([["x", numbers]]));
  expect(new Set([numbers.buffer, ...outputs.map((y) => y.buffer)]).size).toBe(4);
  outputs.forEach((y) => {
    expect(y).toEqual(numbers);
  });
});

test("takes float32 feeds and ignores those that no output needs", () => {
  const feeds = new Map([
    ["x", Float32Array.from(numbers)],
    ["unused", new Float32Array(1)],
  ]);
  expect([...evaluate([neg(x)], feeds)[0]]).toEqual([-1, -2, -3, -4, -5, -6]);
});

test("constants need no feeds", () => {
  expect([...evaluate([constant([0.1, 2])], new Map())[0]]).toEqual([0.1, 2]);
});

test("walks 20,000 nodes without recursion", () => {
  let y: Value = input("deep", []);
  for (let i = 0; i < 20_000; i++) y = add(y, 1);
  expect([...evaluate([y], new Map([["deep", Float64Array.of(0.5)]]))[0]]).toEqual([20_000.5]);
});

test("names a missing feed and what it should hold", () => {
  expect(() => evaluate([neg(x)], new Map())).toThrow(
    'input "x" has no feed: expected 6 numbers, shape [2,3]',
  );
});

test("names a feed of the wrong size with both sizes", () => {
  expect(() => evaluate([neg(x)], new Map([["x", numbers.slice(2)]]))).toThrow(
    'input "x" was fed 4 numbers: expected 6 numbers, shape [2,3]',
  );
});
