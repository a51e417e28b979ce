import { expect, test } from "vitest";
import { selectImages } from "../../src/data/subsets.ts";
import { initialDistilled, toDistilled } from "../../src/distill/distilled.ts";
import { Evaluator, statistic } from "../../src/distill/evaluate.ts";
import type { Problem } from "../../src/distill/problem.ts";
import { evaluateDistilled } from "../../src/distill/run.ts";
import { DeviceTensor } from "../../src/runtime/deviceTensor.ts";
import { type Executor, inlineExecutor } from "../../src/runtime/executor.ts";
import type { Tensors } from "../../src/runtime/feeds.ts";
import { stripesSplit } from "../stripesData.ts";
import { stripesProblem } from "./stripesProblem.ts";

test("a statistic has the sample's standard deviation, and none of one value", () => {
  expect(statistic([0.2, 0.4, 0.9])).toEqual({
    mean: expect.closeTo(0.5, 12),
    std: expect.closeTo(Math.sqrt((0.09 + 0.01 + 0.16) / 2), 12),
    n: 3,
  });
  expect(statistic([0.7])).toEqual({ mean: 0.7, std: 0, n: 1 });
});

/** Answers i for image i of a batch, whatever it is. */
function countingExecutor(): { executor: Executor; feeds: Tensors[] } {
  const feeds: Tensors[] = [];
  const answer = Float32Array.from({ length: 512 }, (_, i) => i);
  const executor: Executor = {
    device: "cpu",
    threads: 1,
    target: "cpu",
    lanes: 1,
    prepare: async () => {},
    run: async (_program, some) => {
      feeds.push(...(some as readonly Tensors[]));
      return some.map(() => new Map(["correct", "loss"].map((name) => [name, answer])));
    },
    close: async () => {},
  };
  return { executor, feeds };
}

/** The stripes among enough images for the largest batches. */
function largeProblem(changes?: Parameters<typeof stripesProblem>[0]): Problem {
  const problem = stripesProblem(changes);
  return { ...problem, dataset: { ...problem.dataset, train: stripesSplit(600, 1) } };
}

test("the images that fill up the last batch are not counted", async () => {
  const problem = largeProblem();
  const { executor, feeds } = countingExecutor();
  const evaluator = new Evaluator(problem, executor);
  const network = evaluator.networks("evaluation", 1);
  const seven = await evaluator.measure(network, stripesSplit(7, 3));
  expect(seven.accuracy.mean).toBe((0 + 1 + 2 + 3 + 4 + 5 + 6) / 7);
  expect(seven.loss.mean).toBe(3);
  const labels = feeds[0]!.get("real_labels")!;
  expect(labels).toHaveLength(512 * 3);
  expect([...labels.subarray(15, 21)]).toEqual([0, 0, 1, 1, 0, 0]);

  const more = await evaluator.measure(network, stripesSplit(519, 3));
  expect(more.loss.mean).toBeCloseTo(((511 * 512) / 2 + 21) / 519, 12);
  expect(feeds).toHaveLength(3);
});

test("an attack's scores leave out the images that fill up the last batch", async () => {
  const problem = largeProblem({ objective: { kind: "attack", from: 2, to: 0 } });
  const { executor, feeds } = countingExecutor();
  // Every image is predicted as class 0.
  const logits = Float32Array.from({ length: 512 * 3 }, (_, i) => Number(i % 3 === 0));
  const answering: Executor = {
    ...executor,
    run: async (program, some) =>
      (await executor.run(program, some)).map((answer) => new Map([...answer, ["logits", logits]])),
  };
  const evaluator = new Evaluator(problem, answering);
  const networks = evaluator.networks("evaluation", 1);
  const { attack } = await evaluator.measure(networks, stripesSplit(7, 3));
  const one = (mean: number) => ({ mean, std: 0, n: 1 });
  expect(attack).toEqual({
    trueAccuracy: one(3 / 7),
    changedAccuracy: one(5 / 7),
    fromAccuracy: one(0),
    fromAsTo: one(1),
    classAccuracies: { 0: one(1), 1: one(0), 2: one(0) },
  });
  expect([...feeds[0]!.get("real_labels")!.subarray(0, 9)]).toEqual([1, 0, 0, 0, 1, 0, 1, 0, 0]);
});

test("a batch is no larger than the data set needs", async () => {
  const problem = stripesProblem();
  const { executor, feeds } = countingExecutor();
  const evaluator = new Evaluator(problem, executor);
  await evaluator.measure(evaluator.networks("evaluation", 1), stripesSplit(7, 3));
  expect(feeds[0]!.get("real_labels")).toHaveLength(problem.dataset.train.count * 3);
});

test("accuracy does not depend on how a split is cut", async () => {
  const problem = stripesProblem({ initialization: "random" });
  const executor = inlineExecutor({ device: "cpu", threads: 1 });
  const evaluator = new Evaluator(problem, executor);
  const networks = evaluator.networks("evaluation", 2);
  const { test: split } = problem.dataset;
  const part = (from: number, to: number) =>
    selectImages(split, [...Array(split.count).keys()].slice(from, to));
  const whole = await evaluator.measure(networks, split);
  const first = await evaluator.measure(networks, part(0, 7));
  const rest = await evaluator.measure(networks, part(7, split.count));
  expect(first.accuracy.mean * 7 + rest.accuracy.mean * (split.count - 7)).toBeCloseTo(
    whole.accuracy.mean * split.count,
    9,
  );
  await executor.close();
});

test("more lanes evaluate the same networks", async () => {
  const problem = stripesProblem({ initialization: "random" });
  const inline = inlineExecutor({ device: "cpu", threads: 1 });
  const distilled = toDistilled(initialDistilled(problem));
  const evaluate = (lanes: number) =>
    evaluateDistilled(problem, { ...inline, lanes }, distilled, 5);
  const one = await evaluate(1);
  expect(one.after.accuracy.n).toBe(5);
  expect(await evaluate(3)).toEqual(one);
  await inline.close();
});

test("parameters that stay on a device are released where a later epoch fails", async () => {
  const problem = stripesProblem({ epochs: 3 });
  const { executor } = countingExecutor();
  const made: DeviceTensor[] = [];
  const failing: Executor = {
    ...executor,
    async runKeeping(_program, kept, feeds) {
      if (made.length > 0) throw new Error("the device is lost");
      return feeds.map(() => {
        const tensors = kept.map((name) => [name, new DeviceTensor(1, () => {})] as const);
        made.push(...tensors.map(([, tensor]) => tensor));
        return new Map(tensors);
      });
    },
  };
  const evaluator = new Evaluator(problem, failing);
  const distilled = toDistilled(initialDistilled(problem));
  const training = evaluator.trained(evaluator.networks("evaluation", 1), distilled);
  await expect(training).rejects.toThrow("the device is lost");
  expect(made.length).toBeGreaterThan(0);
  expect(made.every(({ released }) => released)).toBe(true);
});
