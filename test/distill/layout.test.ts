import { expect, test } from "vitest";
import { alexcifarnet, mlp } from "../../graphs/index.ts";
import { chooseLayout } from "../../src/distill/layout.ts";
import type { Problem } from "../../src/distill/problem.ts";
import { stripesProblem } from "./stripesProblem.ts";

const narrow = stripesProblem();
const wide = (networks: number): Problem => ({
  ...narrow,
  network: alexcifarnet(),
  recipe: { ...narrow.recipe, outer: { ...narrow.recipe.outer, networks } },
});

test("networks without wide convolutions get a single-threaded worker per core", () => {
  const expected = { workers: 8, threads: 1 };
  expect(chooseLayout(narrow, "cpu", 8)).toEqual(expected);
  expect(chooseLayout({ ...narrow, network: mlp() }, "cpu", 8)).toEqual(expected);
});

test("wide networks get a worker per network sampled, and the cores as threads", () => {
  expect(chooseLayout(wide(1), "cpu", 8)).toEqual({ workers: 1, threads: 8 });
  expect(chooseLayout(wide(3), "cpu", 8)).toEqual({ workers: 3, threads: 2 });
  expect(chooseLayout(wide(20), "cpu", 8)).toEqual({ workers: 8, threads: 1 });
});

test("what is asked for counts, and decides the rest", () => {
  expect(chooseLayout(wide(1), "cpu", 8, { workers: 4 })).toEqual({ workers: 4, threads: 2 });
  expect(chooseLayout(narrow, "cpu", 2, { workers: 3 })).toEqual({ workers: 3, threads: 1 });
  expect(chooseLayout(narrow, "cpu", 8, { threads: 5 })).toEqual({ workers: 8, threads: 5 });
});

test("other devices than the CPU get one worker", () => {
  expect(chooseLayout(narrow, "webgpu", 8).workers).toBe(1);
});
