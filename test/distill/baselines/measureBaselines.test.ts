import { afterAll, expect, test } from "vitest";
import { indicesByClass, selectImages } from "../../../src/data/subsets.ts";
import { averageImages } from "../../../src/distill/baselines/average.ts";
import { kMeansImages } from "../../../src/distill/baselines/kMeansImages.ts";
import { measureBaselines } from "../../../src/distill/baselines/measureBaselines.ts";
import { optimizedRealSets } from "../../../src/distill/baselines/optimizedReal.ts";
import { initialDistilled, toDistilled } from "../../../src/distill/distilled.ts";
import { Evaluator } from "../../../src/distill/evaluate.ts";
import { learnedRates } from "../../../src/distill/learnedRates.ts";
import type { Problem } from "../../../src/distill/problem.ts";
import { inlineExecutor } from "../../../src/runtime/executor.ts";
import { stripesProblem, withoutTest } from "../stripesProblem.ts";

const executor = inlineExecutor({ device: "cpu", threads: 1 });
afterAll(() => executor.close());

/** The same training images; test images whose labels are all wrong. */
function wronglyTested(problem: Problem): Problem {
  const { dataset } = problem;
  const labels = dataset.test.labels.map((label) => (label + 1) % 3);
  return { ...problem, dataset: { ...dataset, test: { ...dataset.test, labels } } };
}

test("every source is measured beside the distilled images, and settings ignore the test images", async () => {
  const problem = stripesProblem();
  const distilled = toDistilled(initialDistilled(problem));
  const seen: string[] = [];
  const entries = await measureBaselines(problem, executor, {
    networks: 1,
    distilled,
    onNetwork: (what, done, total) => done === total && seen.push(what),
  });
  const sources = ["random real", "optimized real", "k-means", "average"];
  const names = ["distilled images", ...sources];
  expect(entries.map(({ name }) => name)).toEqual([
    ...names,
    ...names.map((name) => `k-NN on ${name}`),
  ]);
  expect(seen).toEqual([
    "distilled images",
    "random real",
    "sets of real images",
    "optimized real",
    "k-means",
    "average",
  ]);
  expect(entries.map(({ accuracy }) => accuracy.n)).toEqual([1, 10, 10, 1, 1, 1, 10, 10, 1, 1]);

  const again = await measureBaselines(wronglyTested(problem), executor, { networks: 1 });
  const setting = ({ accuracy: _, ...entry }: (typeof entries)[number]) =>
    "loss" in entry ? { ...entry, loss: undefined } : entry;
  const withoutDistilled = entries.filter(({ name }) => !name.includes("distilled"));
  expect(again.map(setting)).toEqual(withoutDistilled.map(setting));
  const means = again.slice(2, 4).map(({ accuracy }) => accuracy.mean);
  for (const mean of means) expect(mean).toBeLessThan(0.2);
});

test("sets go to the held-out networks in turn", async () => {
  const problem = stripesProblem({ initialization: "random" });
  const entries = await measureBaselines(problem, executor, { networks: 3 });
  expect(entries.slice(0, 4).map(({ accuracy }) => accuracy.n)).toEqual([3, 3, 3, 3]);
});

test("rates are learned for the images of every source, which stay", async () => {
  const problem = stripesProblem({
    steps: 2,
    learningRate: { initial: 0.5, learned: false, outerFactor: 1 },
  });
  const learn = learnedRates(problem, executor, { iterations: 60, memory: 1e9 });
  const images = averageImages(problem);
  const kept = images.slice();
  const learningRates = await learn(images, 0.01);
  expect(images).toEqual(kept);
  expect(learningRates).toHaveLength(2);
  const evaluator = new Evaluator(problem, executor);
  const { labels } = initialDistilled(problem);
  const lossAt = async (rates: Float32Array) => {
    const networks = evaluator.networks("training", 1);
    const trained = await evaluator.trained(networks, { images, labels, learningRates: rates });
    return (await evaluator.measure(trained, problem.heldOut)).loss.mean;
  };
  expect(await lossAt(learningRates)).toBeLessThan(await lossAt(Float32Array.of(0.01, 0.01)));

  const learnRates = { iterations: 2, memory: 1e9 };
  const entries = await measureBaselines(problem, executor, { networks: 1, learnRates });
  const learned = entries.filter(({ name }) => name.endsWith(", learned rates"));
  expect(learned.map(({ name, accuracy }) => [name, accuracy.n])).toEqual([
    ["random real, learned rates", 10],
    ["optimized real, learned rates", 10],
    ["k-means, learned rates", 1],
    ["average, learned rates", 1],
  ]);
  for (const entry of learned) expect(entry).toMatchObject({ epochs: 1 });
});

test("the average is the mean of each class in all its places", () => {
  const problem = stripesProblem({ steps: 2, imagesPerClass: 2 });
  const { train, dataset } = problem;
  const images = averageImages(problem);
  const members = selectImages(train, indicesByClass(train).get(1)!);
  const [mean, std] = [dataset.normalization.mean[0]!, dataset.normalization.std[0]!];
  let sum = 0;
  for (let i = 0; i < members.count; i++) sum += members.images[i * 64 + 9]! / 255;
  const expected = (sum / members.count - mean) / std;
  // Classes in turn: images 1, 4 of each step.
  for (const image of [1, 4, 7, 10]) expect(images[image * 64 + 9]).toBeCloseTo(expected, 5);
});

test("one cluster per class is its average, several differ, and too few images are an error", () => {
  const one = stripesProblem();
  const [centres, means] = [kMeansImages(one), averageImages(one)];
  centres.forEach((value, i) => {
    expect(value).toBeCloseTo(means[i]!, 5);
  });
  const two = stripesProblem({ steps: 2 });
  expect(kMeansImages(two)).toEqual(kMeansImages(two));
  const several = kMeansImages(two);
  expect(several.subarray(0, 64)).not.toEqual(several.subarray(3 * 64, 4 * 64));
  expect(() => kMeansImages(stripesProblem({ steps: 90 }))).toThrow(
    /class "\d" has \d\d training images, too few for 90 clusters/,
  );
});

test("the kept sets are those that train the best networks on training images", async () => {
  const problem = withoutTest(stripesProblem());
  const evaluator = new Evaluator(problem, executor);
  const setting = { learningRate: 0.3, epochs: 3 };
  const options = { sets: 10, networks: 1, setting };
  const all = await optimizedRealSets(problem, evaluator, { ...options, kept: 1 });
  const kept = await optimizedRealSets(problem, evaluator, { ...options, kept: 0.2 });
  expect(kept).toEqual(all.slice(0, 2));
  const accuracies: number[] = [];
  const learningRates = new Float32Array(3).fill(0.3);
  for (const set of all) {
    const networks = await evaluator.trained(evaluator.networks("training", 1), {
      ...set,
      learningRates,
    });
    accuracies.push((await evaluator.measure(networks, problem.train)).accuracy.mean);
  }
  expect(accuracies).toEqual([...accuracies].sort((a, b) => b - a));
  expect(accuracies[0]).toBeGreaterThan(accuracies.at(-1)!);
});
