/** Comparisons of problems whose networks or labels are of another kind. */
import { afterAll, expect, test } from "vitest";
import { selectClasses } from "../../src/data/subsets.ts";
import type { BaselineEntry } from "../../src/distill/baselines/entries.ts";
import { measureBaselines } from "../../src/distill/baselines/measureBaselines.ts";
import { initialDistilled, toDistilled } from "../../src/distill/distilled.ts";
import { initialParameters } from "../../src/distill/initialization.ts";
import { evaluatePerStep } from "../../src/distill/perStep.ts";
import { createProblem, type Problem } from "../../src/distill/problem.ts";
import { transferReport } from "../../src/distill/transfer.ts";
import { inlineExecutor } from "../../src/runtime/executor.ts";
import { stripes, stripesRecipe } from "../stripesData.ts";
import { stripesProblem } from "./stripesProblem.ts";

const executor = inlineExecutor({ device: "cpu", threads: 1 });
afterAll(() => executor.close());

const initialOf = (problem: Problem) => toDistilled(initialDistilled(problem));
const baselines = (problem: Problem, networks: number) =>
  measureBaselines(problem, executor, { networks });
const meanOf = (entries: readonly BaselineEntry[], name: string) =>
  entries.find((entry) => entry.name === name)!.accuracy.mean;

/** Pre-trained networks: `training` to choose with, two of the curve and three to evaluate. */
function pretrainedProblem(training: number): Problem {
  const problem = stripesProblem({
    initialization: "random-pretrained",
    pretraining: {
      data: "stripes.npz",
      epochs: 1,
      batch: 60,
      rate: 0.01,
      decayEvery: 1,
      networks: training,
      seed: 1,
    },
  });
  const untrained = stripesProblem({ initialization: "random" });
  const pretrained = Array.from({ length: training + 5 }, (_, i) =>
    initialParameters(untrained, "evaluation", i),
  );
  return { ...problem, pretrained };
}

test("settings are chosen with fewer pre-trained networks than are evaluated, and with more", async () => {
  for (const training of [1, 2, 4]) {
    const problem = pretrainedProblem(training);
    const entries = await baselines(problem, 5);
    expect(entries.slice(0, 4).map(({ accuracy }) => accuracy.n)).toEqual([3, 3, 3, 3]);
    const options = { networks: 5 };
    const rows = await transferReport(problem, executor, initialOf(problem), options);
    expect(rows.map(({ accuracy, randomReal }) => [accuracy.n, randomReal.accuracy.n])).toEqual([
      [3, 5],
      [3, 5],
      [3, 5],
      [5, 5],
      [5, 5],
    ]);
  }
});

test("known networks count once each, with a set of their own", async () => {
  const problem = stripesProblem({ knownNetworks: 2 });
  const entries = await baselines(problem, 5);
  expect(entries.slice(0, 4).map(({ accuracy }) => accuracy.n)).toEqual([2, 2, 2, 2]);
  const steps = await evaluatePerStep(problem, executor, initialOf(problem));
  expect(steps.map(({ accuracy }) => accuracy.n)).toEqual([2, 2]);
  const [asDistilled] = await transferReport(problem, executor, initialOf(problem));
  expect([asDistilled!.accuracy.n, asDistilled!.randomReal.accuracy.n]).toEqual([2, 5]);
});

test("real images of an attack carry the changed labels in every comparison", async () => {
  const problem = stripesProblem({ objective: { kind: "attack", from: 2, to: 0 } });
  const entries = await baselines(problem, 1);
  // With true labels, a third of the images would be wrong.
  for (const name of ["average", "k-means", "k-NN on average", "k-NN on random real"])
    expect(meanOf(entries, name)).toBeGreaterThan(0.75);
  expect(entries[3]).toMatchObject({ name: "average", attack: { fromAsTo: { n: 1 } } });
  const rows = await transferReport(problem, executor, initialOf(problem));
  const adam = rows.find(({ name }) => name === "Adam")!;
  expect(adam.randomReal.accuracy.mean).toBeGreaterThan(0.75);
  expect(adam.randomReal.attack!.trueAccuracy.mean).toBeLessThan(0.67);
});

test("one logit tells two classes apart in every comparison", async () => {
  const problem = createProblem(stripesRecipe, selectClasses(stripes(), ["0", "2"]));
  expect(problem.network.classes).toBe(1);
  const entries = await baselines(problem, 1);
  for (const name of ["average", "k-NN on average"])
    expect(meanOf(entries, name)).toBeGreaterThan(0.9);
  const distilled = initialOf(problem);
  const rows = await transferReport(problem, executor, distilled);
  expect(rows.at(-1)!.name).toBe("another network: mlp, 64-64");
  for (const { randomReal } of rows.slice(1))
    expect(randomReal.accuracy.mean).toBeGreaterThan(0.75);
  expect(await evaluatePerStep(problem, executor, distilled)).toHaveLength(2);
});
