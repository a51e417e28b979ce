import { expect, test } from "vitest";
import {
  chooseNeighbourhood,
  classesOf,
  classifyByNeighbours,
} from "../../../src/distill/baselines/classification.ts";
import { nearestNeighbours, vote } from "../../../src/distill/baselines/nearestNeighbours.ts";
import { initialDistilled } from "../../../src/distill/distilled.ts";
import { stripesProblem, withoutTest } from "../stripesProblem.ts";

const points = Float32Array.of(0, 0, 3, 0, 2, 2, 9, 9);

test("the two norms put four points in the order computed by hand", () => {
  const origin = Float32Array.of(0, 0);
  // p = 1: 0, 3, 4, 18; p = 2: 0, 3, sqrt 8, sqrt 162
  expect([...nearestNeighbours(origin, points, 2, 4, 1)]).toEqual([0, 1, 2, 3]);
  expect([...nearestNeighbours(origin, points, 2, 4, 2)]).toEqual([0, 2, 1, 3]);
});

test("equally near points come in their order, and every query has its own neighbours", () => {
  const queries = Float32Array.of(9, 9, 1.5, 0);
  // From (1.5, 0): 1.5 to the first two, 2.06 to the third.
  expect([...nearestNeighbours(queries, points, 2, 2, 2)]).toEqual([3, 2, 0, 1]);
});

test("fewer points than neighbours are an error", () => {
  expect(() => nearestNeighbours(points, points, 2, 5, 2)).toThrow(
    "expected at least 5 points for k = 5, got 4",
  );
});

test("the most frequent class wins, of equal ones that of the nearest", () => {
  const neighbours = [2, 0, 0, 1, 1, 1];
  expect([1, 2, 3, 4, 5, 6].map((k) => vote(neighbours, k))).toEqual([2, 2, 0, 0, 0, 1]);
});

test("an image's class is that of its largest label, or of a label past a half", () => {
  expect(classesOf(Float32Array.of(0, 1, 0, 0.4, 0.3, 0.4), 3)).toEqual([1, 0]);
  expect(classesOf(Float32Array.of(0.2, 0.8), 1)).toEqual([0, 1]);
});

test("k and p are chosen on training images alone: a majority where single images mislead", async () => {
  const problem = stripesProblem({ images: "real", imagesPerClass: 5 });
  const set = initialDistilled(problem);
  const labels = set.labels.slice();
  // Two of the five images of class c say that they are of class c + 1.
  for (let i = 0; i < 6; i++) {
    labels.fill(0, i * 3, i * 3 + 3);
    labels[i * 3 + ((i + 1) % 3)] = 1;
  }
  const misleading = { ...set, labels };
  const { k } = await chooseNeighbourhood(withoutTest(problem), [misleading]);
  expect(k).toBeGreaterThan(1);
  const { accuracy } = await classifyByNeighbours(problem, [set, set]);
  expect(accuracy).toMatchObject({ std: 0, n: 2 });
  expect(accuracy.mean).toBeGreaterThan(0.8);
});

test("classification stops when it is told to", async () => {
  const problem = stripesProblem();
  const stopped = classifyByNeighbours(
    problem,
    [initialDistilled(problem)],
    AbortSignal.abort(new Error("stopped")),
  );
  await expect(stopped).rejects.toThrow("stopped");
});
