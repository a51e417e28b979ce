import fc from "fast-check";
import { expect, test } from "vitest";
import * as build from "../../../src/ir/builders/index.ts";
import { relativeError } from "../../../src/ir/float32.ts";
import { topologicalOrder } from "../../../src/ir/graph.ts";
import { evaluate } from "../../../src/ir/interpreter/index.ts";
import { keepFactored } from "../../../src/ir/passes/index.ts";
import { sizeOf, type Value } from "../../../src/ir/value.ts";
import { anywhere } from "../../autodiff/points.ts";

const [K, M] = [40, 48];
const x = build.input("x", [3, K]);
const z = build.input("z", [3, M]);
const weight = build.input("weight", [K, M]);
const factors = Array.from({ length: 4 }, (_, i) => ({
  left: build.input(`p${i}`, [K, 1]),
  right: build.input(`q${i}`, [1, M]),
}));
const leaves = [x, z, weight, ...factors.flatMap(({ left, right }) => [left, right])];
const feeds = new Map(
  leaves.map(({ attrs, shape }, i) => [attrs.name, anywhere([shape], i + 1)[0]]),
);

const product = (i: number): Value => build.matmul(factors[i].left, factors[i].right);
const written = (value: Value): number =>
  topologicalOrder([value]).filter(
    ({ op, shape }) => op !== "input" && op !== "transpose" && sizeOf(shape) >= K * M,
  ).length;
const agree = (before: Value, after: Value): void => {
  const [expected, actual] = evaluate([before, after], feeds);
  expect(relativeError(actual, expected)).toBeLessThan(1e-12);
};

test("products with a matrix and its updates need no updated matrix", () => {
  const updated = build.sub(build.sub(weight, product(0)), product(1));
  for (const value of [
    build.matmul(x, updated),
    build.matmul(z, build.transpose(updated)),
    build.matmul(z, build.neg(build.transpose(product(2)))),
    build.matmul(x, build.add(product(0), build.neg(product(3)))),
  ]) {
    const [factored] = keepFactored([value], K * M);
    expect(written(value)).toBeGreaterThan(0);
    expect(written(factored)).toBe(0);
    agree(value, factored);
  }
});

test("updates of too high a rank are written out as one product", () => {
  const updated = factors.reduce<Value>((sum, _, i) => build.sub(sum, product(i)), weight);
  const value = build.matmul(x, updated);
  const [factored] = keepFactored([value], K * M);
  // Of rank 4, more than an eighth of 40 * 48 / (40 + 48): one product, taken from the weights.
  expect(written(factored)).toBe(2);
  agree(value, factored);
});

test("small matrices and matrices that are used otherwise stay as they are", () => {
  const updated = build.sub(weight, product(0));
  expect(keepFactored([build.matmul(x, updated)], K * M + 1)[0]).toBe(build.matmul(x, updated));
  expect(keepFactored([updated], K * M)[0]).toBe(updated);
  const scaled = build.matmul(x, build.mul(updated, 2));
  expect(keepFactored([scaled], K * M)[0]).toBe(scaled);
});

test("any sum of matrices and products is multiplied as the interpreter does", () => {
  const { matrix } = fc.letrec<{ matrix: Value }>((tie) => ({
    matrix: fc.oneof(
      { maxDepth: 4 },
      fc.constant(weight as Value),
      fc.nat(3).map(product),
      fc.tuple(tie("matrix"), tie("matrix")).map(([a, b]) => build.add(a, b)),
      fc.tuple(tie("matrix"), tie("matrix")).map(([a, b]) => build.sub(a, b)),
      tie("matrix").map(build.neg),
      tie("matrix").map((a) => build.transpose(build.transpose(a))),
    ),
  }));
  fc.assert(
    fc.property(matrix, fc.boolean(), (sum, turned) => {
      const value = turned ? build.matmul(z, build.transpose(sum)) : build.matmul(x, sum);
      const [factored] = keepFactored([value], K * M);
      expect(factored.shape).toEqual(value.shape);
      const [expected, actual] = evaluate([value, factored], feeds);
      expected.forEach((entry, i) => {
        expect(Math.abs(actual[i] - entry)).toBeLessThan(1e-9);
      });
    }),
    { numRuns: 200, seed: 5 },
  );
});
