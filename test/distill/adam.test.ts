import { expect, test } from "vitest";
import { adamStep, zeroMoments } from "../../src/distill/adam.ts";

const options = { rate: 0.1, betas: [0.5, 0.9] as const, epsilon: 0 };

test("two steps are those computed by hand", () => {
  const values = Float32Array.of(0);
  const moments = zeroMoments(1);
  // m = 0.5, v = 0.1; corrected 1 and 1
  adamStep(values, [1], moments, 1, options);
  expect(values[0]).toBeCloseTo(-0.1, 7);
  // m = 0.25 - 1.5 = -1.25, v = 0.09 + 0.9 = 0.99; corrected -5/3 and 0.99 / 0.19
  adamStep(values, [-3], moments, 2, options);
  expect(moments.first[0]).toBeCloseTo(-1.25, 7);
  expect(moments.second[0]).toBeCloseTo(0.99, 7);
  expect(values[0]).toBeCloseTo(-0.1 + (0.1 * (5 / 3)) / Math.sqrt(0.99 / 0.19), 7);
});

test("scale multiplies the gradient, and epsilon damps small ones", () => {
  const scaled = Float32Array.of(1);
  const plain = Float32Array.of(1);
  const damped = { ...options, epsilon: 0.5 };
  adamStep(scaled, [8], zeroMoments(1), 1, damped, 0.25);
  adamStep(plain, [2], zeroMoments(1), 1, damped);
  expect(scaled).toEqual(plain);
  expect(plain[0]).toBeCloseTo(1 - (0.1 * 2) / 2.5, 6);
});

test("a zero gradient moves nothing", () => {
  const values = Float32Array.of(3, -4);
  adamStep(values, [0, 0], zeroMoments(2), 1, { ...options, epsilon: 1e-8 });
  expect([...values]).toEqual([3, -4]);
});
