import { expect, test } from "vitest";
import { checkGrads, GradientMismatch } from "../../src/autodiff/checkGrads.ts";
import { add, matmul, mul, reduceSum, stopGradient, sub } from "../../src/ir/builders/index.ts";
import type { Value } from "../../src/ir/value.ts";

/** The value of x^2, the derivative x. */
const wrongSlope = (x: Value) => mul(x, stopGradient(x));

/** The value of x^2 / 2, the derivative x, and no second derivative. */
const wrongCurvature = (x: Value) => {
  const constant = stopGradient(x);
  return add(stopGradient(mul(mul(x, x), 0.5)), mul(sub(x, constant), constant));
};

test("returns the worst relative errors of a correct gradient", () => {
  const cubic = (x: Value, w: Value) => matmul(mul(x, mul(x, x)), w);
  const errors = checkGrads(
    cubic,
    [
      [2, 3],
      [3, 2],
    ],
    { order: 2 },
  );
  expect(errors.order1).toBeGreaterThan(0);
  expect(errors.order1).toBeLessThan(1e-8);
  expect(errors.order2).toBeLessThan(1e-8);
});

test("a wrong slope is an error that names the input and both numbers", () => {
  const fn = (_: Value, x: Value) => reduceSum(wrongSlope(x));
  const check = () => checkGrads(fn, [[1], [1]], { order: 1, inputs: [[7], [3]], seed: 5 });
  expect(check).toThrow(GradientMismatch);
  expect(check).toThrow(
    /^jvp and finite difference, along a direction v of x1 \[1\]: entry 0 is \S+ and \S+; relative error 5.0e-1, allowed 0.000001 \(seed 5, eps 0.00001\)$/,
  );
});

test("a wrong second derivative passes at order 1 and fails at order 2", () => {
  expect(checkGrads(wrongCurvature, [[3]], { order: 1 }).order1).toBeLessThan(1e-8);
  expect(() => checkGrads(wrongCurvature, [[3]], { order: 2 })).toThrow(
    /jvp of vjp with respect to x0 and finite difference/,
  );
});

test("an infinite tolerance measures without throwing", () => {
  const tolerance = Number.POSITIVE_INFINITY;
  expect(checkGrads(wrongSlope, [[3]], { order: 1, tolerance }).order1).toBeCloseTo(0.5, 6);
  expect(checkGrads(wrongCurvature, [[3]], { order: 2, tolerance }).order2).toBe(1);
});

test("an input without influence has derivatives of zero", () => {
  expect(checkGrads((x, _) => mul(x, x), [[2], [2]], { order: 2 }).order2).toBeLessThan(1e-8);
});

test("the same seed gives the same errors", () => {
  const check = (seed: number) => checkGrads((x) => mul(x, mul(x, x)), [[4]], { order: 2, seed });
  expect(check(1)).toEqual(check(1));
  expect(check(1)).not.toEqual(check(2));
});
