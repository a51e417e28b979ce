import { expect, test } from "vitest";
import { keptParameters } from "../../src/distill/plan.ts";
import type { Parameters } from "../../src/distill/problem.ts";
import { Trajectory } from "../../src/distill/trajectory.ts";

/** A parameter that counts the steps. */
const counting = (t: number): Parameters[] => [new Map([["t", Float32Array.of(t)]])];

test.each([
  [7, 1, 7],
  [7, 2, 10],
  [7, 3, 11],
  [9, 3, 15],
  [5, 9, 5],
])(
  "%i steps with every %i kept take %i computations there and back",
  async (steps, every, computed) => {
    let count = 0;
    const trajectory = new Trajectory(counting(0), every, async (t, [theta]) => {
      expect(theta!.get("t")![0]).toBe(t);
      count++;
      return counting(t + 1);
    });
    for (let t = steps; t >= 0; t--) expect(await trajectory.at(t)).toEqual(counting(t));
    expect(count).toBe(computed);
  },
);

test("what is not needed any more is forgotten at once, and the rest in the end", async () => {
  const forgotten: number[] = [];
  const trajectory = new Trajectory(
    [0],
    3,
    async (t) => [t + 1],
    (networks) => void forgotten.push(...networks),
  );
  await trajectory.at(7);
  expect(forgotten).toEqual([1, 2, 4, 5]);
  // Back to the steps between those that are kept, which are computed again.
  await trajectory.at(6);
  await trajectory.at(5);
  expect(forgotten).toEqual([1, 2, 4, 5, 7]);
  await trajectory.at(2);
  expect(forgotten).toEqual([1, 2, 4, 5, 7, 4, 5]);
  trajectory.close();
  expect(forgotten.toSorted((a, b) => a - b)).toEqual([1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 7]);
});

test("fewer parameters are held than there are steps", () => {
  expect(keptParameters(30, 1)).toBe(31);
  expect(keptParameters(30, 5)).toBe(11);
});
