import { expect, test } from "vitest";
import { scheduleFactor } from "../../src/distill/schedule.ts";

test("a constant rate stays", () => {
  expect(scheduleFactor({ kind: "constant" }, 99, 100)).toBe(1);
});

test("half a cosine falls from one to zero", () => {
  const factors = [0, 50, 100].map((i) => scheduleFactor({ kind: "cosine" }, i, 100));
  expect(factors).toEqual([1, 0.5, 0].map((factor) => expect.closeTo(factor, 12)));
});

test("steps multiply the rate every so many iterations", () => {
  const schedule = { kind: "step", every: 40, factor: 0.5 } as const;
  const factors = [0, 39, 40, 79, 80].map((i) => scheduleFactor(schedule, i, 100));
  expect(factors).toEqual([1, 1, 0.5, 0.5, 0.25]);
});
