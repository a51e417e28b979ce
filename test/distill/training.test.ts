import { afterAll, expect, test } from "vitest";
import { adamTraining } from "../../src/distill/adamTraining.ts";
import { initialDistilled } from "../../src/distill/distilled.ts";
import { Evaluator } from "../../src/distill/evaluate.ts";
import type { Parameters } from "../../src/distill/problem.ts";
import { trainedAt } from "../../src/distill/settings.ts";
import { gradientDescent } from "../../src/distill/training.ts";
import { inMinibatches, inShuffledSteps, type Trials } from "../../src/distill/trials.ts";
import { inlineExecutor } from "../../src/runtime/executor.ts";
import { stripesProblem } from "./stripesProblem.ts";

const executor = inlineExecutor({ device: "cpu", threads: 1 });
afterAll(() => executor.close());

const problem = stripesProblem({ steps: 3, imagesPerClass: 2, initialization: "random" });
const evaluator = new Evaluator(problem, executor);
const set = initialDistilled(problem);
const trials: Trials = {
  count: 2,
  network: (trial) => evaluator.networks("evaluation", 1, trial)[0]!,
  images: () => set,
};
const first = (networks: readonly Parameters[]): Float32Array => networks[0]!.get("fc1.weight")!;

test("training further at a rate is the same as a rate for every step", async () => {
  const setting = { learningRate: 0.1, epochs: 4 };
  const far = await trainedAt(gradientDescent(problem, evaluator, trials), [1], setting);
  const learningRates = new Float32Array(12).fill(0.1);
  const direct = await evaluator.trained([trials.network(1)], { ...set, learningRates });
  expect(far).toEqual(direct);
});

test("Adam's first step moves every weight with a gradient by the rate", async () => {
  const single = { ...problem, unroll: { ...problem.unroll, steps: 1 } };
  const part = { images: set.images.subarray(0, 384), labels: set.labels.subarray(0, 18) };
  const training = adamTraining(single, executor)({ ...trials, images: () => part });
  const [before, after] = [
    first([trials.network(0)]),
    first(await trainedAt(training, [0], { learningRate: 0.01, epochs: 1 })),
  ];
  const moves = [...after].map((value, i) => Math.abs(value - before[i]!)).filter(Boolean);
  expect(moves.length).toBeGreaterThan(1000);
  moves.sort((a, b) => a - b);
  expect(moves[moves.length >> 1]).toBeCloseTo(0.01, 5);
});

test("shuffling keeps images with their labels, in another order every epoch and trial", () => {
  const step = 6 * 64;
  const piecesOf = (images: Float32Array, labels: Float32Array, size: number) =>
    Array.from({ length: images.length / (size * 64) }, (_, i) =>
      [
        ...images.subarray(i * size * 64, (i + 1) * size * 64),
        ...labels.subarray(i * size * 3, (i + 1) * size * 3),
      ].join(),
    );
  for (const [shuffling, size] of [
    [inShuffledSteps, 6],
    [inMinibatches, 1],
  ] as const) {
    const shuffled = shuffling(problem, trials);
    const orders = [0, 1, 2, 3].flatMap((epoch) =>
      [0, 1].map((trial) => {
        const { images, labels } = shuffled.images(trial, epoch);
        return piecesOf(images, labels, size);
      }),
    );
    const whole = piecesOf(set.images, set.labels, size).sort();
    for (const order of orders) expect([...order].sort()).toEqual(whole);
    expect(new Set(orders.map((order) => order.join(";"))).size).toBeGreaterThan(2);
  }
  expect(set.images).toHaveLength(3 * step);
});

test("rates that are not those of whole epochs are an error", async () => {
  const learningRates = new Float32Array(4);
  await expect(evaluator.trained([trials.network(0)], { ...set, learningRates })).rejects.toThrow(
    "expected a rate for each of 3 steps in every epoch, got 4",
  );
});
