import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkGrads } from "../../src/autodiff/checkGrads.ts";
import { vjp } from "../../src/autodiff/gradient.ts";
import { jvp } from "../../src/autodiff/jvp.ts";
import { piecewiseConstant } from "../../src/autodiff/rule.ts";
import { rules } from "../../src/autodiff/rules/index.ts";
import { input, mul } from "../../src/ir/builders/index.ts";
import { topologicalOrder } from "../../src/ir/graph.ts";
import type { OpName } from "../../src/ir/ops.ts";
import { sizeOf } from "../../src/ir/value.ts";
import { ruleCases } from "./ruleCases.ts";

const differentiable = (Object.keys(rules) as OpName[]).filter(
  (op) => rules[op] !== piecewiseConstant,
);
const cases = Object.entries(ruleCases);

test("every operator with a derivative has a case below", () => {
  expect(cases.map(([op]) => op).sort()).toEqual(differentiable.sort());
});

describe.each(cases)("%s", (_, points) => {
  test("derivatives of both orders agree with finite differences and with each other", () => {
    fc.assert(
      fc.property(points, fc.nat(1000), ({ fn, shapes, inputs }, seed) => {
        checkGrads(fn, shapes, { order: 2, inputs, seed });
        // Squared, the operator's cotangent moves with its inputs.
        const squared = (...xs: Parameters<typeof fn>) => mul(fn(...xs), fn(...xs));
        checkGrads(squared, shapes, { order: 2, inputs, seed });
      }),
      { numRuns: 20, seed: 1 },
    );
  });

  test("derivatives consist of operators that have derivatives themselves", () => {
    const [{ fn, shapes }] = fc.sample(points.filter(isLarge), { numRuns: 1, seed: 1 });
    const xs = shapes.map((shape, i) => input(`x${i}`, shape));
    const directions = shapes.map((shape, i) => input(`v${i}`, shape));
    const y = fn(...xs);
    const first = [...vjp([y], xs, [input("c", y.shape)]), ...jvp([y], xs, directions)];
    const cotangents = first.map(({ shape }, i) => input(`c${i}`, shape));
    const second = [...vjp(first, xs, cotangents), ...jvp(first, xs, directions)];
    const used = new Set(topologicalOrder([...first, ...second]).map(({ op }) => op));
    expect([...used].filter((op) => rules[op] === undefined)).toEqual([]);
  });
});

const isLarge = ({ shapes }: { shapes: readonly (readonly number[])[] }): boolean =>
  shapes.every((shape) => sizeOf(shape) > 1);
