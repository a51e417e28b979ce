import { expect, test } from "vitest";
import { add, exp, expand, input, reduceSum, reshape, tanh } from "../../src/ir/builders/index.ts";
import type { Graph } from "../../src/ir/graph.ts";
import type { Value } from "../../src/ir/value.ts";
import { lower } from "../../src/onnx/lowering/index.ts";
import { workingBytes } from "../../src/onnx/workingMemory.ts";

const x = input("x", [1000]);
const BYTES = 4000;

const bytesOf = (...outputs: Value[]): number => {
  const graph: Graph = {
    name: "test",
    inputs: [x],
    outputs: outputs.map((value, i) => ({ name: `y${i}`, value })),
  };
  return workingBytes(lower(graph));
};

test("a result takes the memory of an earlier one that nobody needs any more", () => {
  const chain = [exp, tanh, exp, tanh, exp].reduce<Value>((value, apply) => apply(value), x);
  expect(bytesOf(chain)).toBe(2 * BYTES);
});

test("results that are needed later are held", () => {
  const [a, b] = [exp(x), tanh(x)];
  const c = exp(b);
  expect(bytesOf(add(c, add(a, b)))).toBeGreaterThanOrEqual(4 * BYTES);
});

test("another shape of a tensor takes no memory, nor does one of what is fed", () => {
  const square = reshape(x, [10, 100]);
  const [result, output] = [4, 4];
  expect(bytesOf(reduceSum(square))).toBe(result + output);
  expect(bytesOf(reduceSum(reshape(exp(x), [10, 100])))).toBe(BYTES + result);
});

test("memory is held between two tenants", () => {
  const total = (value: Value): Value => reshape(reduceSum(value), [1]);
  const first = exp(x);
  const large = exp(expand(total(first), [2000]));
  const second = add(x, total(large));
  // While the two large ones are alive nobody needs the first any more, but the second will take its place.
  expect(bytesOf(reduceSum(tanh(second)))).toBe(BYTES + 2 * (2 * BYTES) + 4);
});
