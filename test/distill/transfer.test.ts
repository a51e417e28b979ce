import { afterAll, expect, test } from "vitest";
import { initialDistilled, toDistilled } from "../../src/distill/distilled.ts";
import { evaluatePerStep } from "../../src/distill/perStep.ts";
import { evaluateDistilled } from "../../src/distill/run.ts";
import { transferReport } from "../../src/distill/transfer.ts";
import { inlineExecutor } from "../../src/runtime/executor.ts";
import { stripesProblem } from "./stripesProblem.ts";

const executor = inlineExecutor({ device: "cpu", threads: 1 });
afterAll(() => executor.close());

test("every condition has its row beside random real images, and settings ignore the test images", async () => {
  const problem = stripesProblem({ steps: 2, epochs: 2, initialization: "random" });
  const distilled = toDistilled(initialDistilled(problem));
  const progress: number[] = [];
  const rows = await transferReport(problem, executor, distilled, {
    networks: 3,
    onNetwork: (done, total) => progress.push(total - done),
  });
  expect(rows.map(({ name }) => name)).toEqual([
    "as distilled",
    "steps in shuffled order",
    "minibatch SGD",
    "Adam",
    "another initialisation: pytorch",
    "another network: mlp, 64-64",
  ]);
  expect(progress.at(-1)).toBe(0);
  for (const { accuracy, randomReal } of rows) {
    expect([accuracy.n, randomReal.accuracy.n]).toEqual([3, 3]);
  }
  const { after } = await evaluateDistilled(problem, executor, distilled, 3);
  expect(rows[0]).toMatchObject(after);
  expect(rows[1]!.loss.mean).not.toBe(after.loss.mean);
  // What is chosen on images of the right classes trains well; noise does not.
  for (const { accuracy, randomReal } of rows.slice(2, 4)) {
    expect(randomReal.accuracy.mean).toBeGreaterThan(accuracy.mean + 0.2);
  }

  const { dataset } = problem;
  const labels = dataset.test.labels.map((label) => (label + 1) % 3);
  const wrong = { ...problem, dataset: { ...dataset, test: { ...dataset.test, labels } } };
  const again = await transferReport(wrong, executor, distilled, { networks: 3 });
  const settings = (report: typeof rows) =>
    report.flatMap((row) => [row, row.randomReal].map((one) => [one.learningRate, one.epochs]));
  expect(settings(again)).toEqual(settings(rows));
  expect(again[3]!.randomReal.accuracy.mean).toBeLessThan(0.2);
});

test("a lone network on the same images counts once, and a single step has no order", async () => {
  const problem = stripesProblem();
  const distilled = toDistilled(initialDistilled(problem));
  const rows = await transferReport(problem, executor, distilled, { networks: 2 });
  expect(
    rows.map(({ name, accuracy, randomReal }) => [name, accuracy.n, randomReal.accuracy.n]),
  ).toEqual([
    ["as distilled", 1, 2],
    ["minibatch SGD", 1, 2],
    ["Adam", 1, 2],
    ["another initialisation: random weights", 2, 2],
    ["another network: mlp, 64-64", 2, 2],
  ]);
});

test("step by step the networks become those of the evaluation", async () => {
  const problem = stripesProblem({ steps: 2, epochs: 2, initialization: "random" });
  const distilled = toDistilled(initialDistilled(problem));
  const steps = await evaluatePerStep(problem, executor, distilled, 3);
  const { before, after } = await evaluateDistilled(problem, executor, distilled, 3);
  expect(steps.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
  expect(steps[0]).toMatchObject(before);
  expect(steps[4]!.accuracy).toEqual(after.accuracy);
  expect(steps[4]!.loss.mean).toBeCloseTo(after.loss.mean, 5);
  expect(new Set(steps.map(({ loss }) => loss.mean)).size).toBe(5);
});
