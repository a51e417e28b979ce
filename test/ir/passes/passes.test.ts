import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lenet, metaGradientGraph, toGraph } from "../../../graphs/index.ts";
import * as build from "../../../src/ir/builders/index.ts";
import { relativeError } from "../../../src/ir/float32.ts";
import { topologicalOrder } from "../../../src/ir/graph.ts";
import { evaluate } from "../../../src/ir/interpreter/index.ts";
import { foldConstants, optimize, simplify } from "../../../src/ir/passes/index.ts";
import { sizeOf, type Value } from "../../../src/ir/value.ts";
import { expression } from "./expressions.ts";

const x = build.input("x", [2, 3]);
const y = build.input("y", [3]);
const feeds = new Map([
  ["x", Float64Array.of(0.5, -1.5, 2, 0, 1, -0.25)],
  ["y", Float64Array.of(1.5, -2, 0.75)],
]);

const nodes = (value: Value): number => topologicalOrder([value]).length;
const runPasses = (value: Value): Value =>
  optimize({ name: "", inputs: [], outputs: [{ name: "y", value }] }).outputs[0].value;

describe.each([
  ["simplify", (value: Value) => simplify([value])[0]],
  ["foldConstants", (value: Value) => foldConstants([value])[0]],
  ["optimize", runPasses],
])("%s", (_, pass) => {
  test("keeps shape and values of random expressions", () => {
    fc.assert(
      fc.property(expression([x, y]), (value) => {
        const passed = pass(value);
        expect(passed.shape).toEqual(value.shape);
        const [before, after] = evaluate([value, passed], feeds);
        expect(relativeError(after, before)).toBeLessThan(1e-9);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test("changes nothing when it is done", () => {
    fc.assert(
      fc.property(expression([x, y]), (value) => {
        const done = runPasses(value);
        expect(pass(done)).toBe(done);
      }),
      { numRuns: 100, seed: 2 },
    );
  });
});

const obvious: [string, Value, Value][] = [
  ["x + 0", build.add(x, 0), x],
  ["0 + x", build.add(build.zeros([2, 3]), x), x],
  ["x - 0", build.sub(x, 0), x],
  ["0 - x", build.sub(0, x), build.neg(x)],
  ["x * 1", build.mul(1, x), x],
  ["x * -1", build.mul(x, -1), build.neg(x)],
  ["x * 0", build.mul(x, 0), build.zeros([2, 3])],
  ["x / 1", build.div(x, 1), x],
  ["-(-x)", build.neg(build.neg(x)), x],
  ["x + (-y)", build.add(x, build.neg(y)), build.sub(x, y)],
  ["(x * 2) * 3", build.mul(build.mul(x, 2), 3), build.mul(x, 6)],
  ["2 + 3", build.add(build.scalar(2), 3), build.scalar(5)],
  ["x ^ 2", build.pow(x, 2), build.mul(x, x)],
  ["x ^ 1", build.pow(x, 1), x],
  ["y repeated, then added", build.add(x, build.expand(y, [2, 3])), build.add(x, y)],
  ["a row of zeros added to a column", build.add(y, build.zeros([2, 1])), build.expand(y, [2, 3])],
  ["zeros through a product", build.matmul(x, build.zeros([3, 4])), build.zeros([2, 4])],
  ["the sum of ones", build.reduceSum(build.ones([2, 3]), [1]), build.full([2], 3)],
  ["a transpose and back", build.transpose(build.transpose(x)), x],
  ["a reshape and back", build.reshape(build.reshape(x, [6]), [2, 3]), x],
  ["two reshapes", build.reshape(build.reshape(x, [6]), [3, 2]), build.reshape(x, [3, 2])],
];

test.each(obvious)("%s is simplified", (_, value, expected) => {
  expect(runPasses(value)).toBe(expected);
});

test("large literals stay computed", () => {
  const row = build.constant(Array.from({ length: 1024 }, (_, i) => i));
  const large = build.mul(build.reshape(row, [1024, 1]), row);
  expect(topologicalOrder([runPasses(large)]).filter(({ op }) => op === "mul").length).toBe(1);
  const small = runPasses(build.mul(row, row));
  expect([small.op, sizeOf(small.shape)]).toEqual(["constant", 1024]);
});

test("a meta-gradient gets smaller", () => {
  const unroll = { steps: 1, epochs: 2, imagesPerStep: 2, batch: 2 };
  const graph = toGraph(metaGradientGraph(lenet(), "softmax_cross_entropy", unroll));
  const count = ({ outputs }: typeof graph) =>
    topologicalOrder(outputs.map(({ value }) => value)).length;
  expect(count(optimize(graph))).toBeLessThan(count(graph));
});

test("nothing gets larger", () => {
  fc.assert(
    fc.property(expression([x, y]), (value) => {
      expect(nodes(runPasses(value))).toBeLessThanOrEqual(nodes(value) + 1);
    }),
    { numRuns: 100, seed: 3 },
  );
});

describe("slices that are put back next to each other", () => {
  const z = build.input("z", [4, 3]);
  const put = (x: Value, start: number) => build.pad(x, [start, 0], [4 - start - x.shape[0], 0]);

  test("are one concatenation", () => {
    const parts = build.split(z, [1, 2, 1]);
    const sum = build.add(build.add(put(parts[2], 3), put(parts[1], 1)), put(parts[0], 0));
    const [joined] = simplify([sum]);
    expect(joined).toBe(build.concat(parts, 0));
  });

  test("keep the zeros around them", () => {
    const parts = build.split(z, [1, 2, 1]);
    const [joined] = simplify([build.add(put(parts[0], 1), put(parts[1], 2))]);
    expect(joined.op).toBe("unslice");
    expect(joined.inputs[0]).toBe(build.concat([parts[0], parts[1]], 0));
  });

  test("are added up where they overlap or leave a gap", () => {
    const parts = build.split(z, [1, 2, 1]);
    for (const sum of [
      build.add(put(parts[1], 0), put(parts[2], 1)),
      build.add(put(parts[0], 0), put(parts[2], 2)),
    ])
      expect(simplify([sum])[0]).toBe(sum);
  });
});
