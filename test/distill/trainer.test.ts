import { afterAll, expect, test } from "vitest";
import { cropAndFlip } from "../../src/data/augment.ts";
import { fillBatch, type Split } from "../../src/data/dataset.ts";
import { planMetaGradient } from "../../src/distill/plan.ts";
import type { Problem } from "../../src/distill/problem.ts";
import { DivergenceError, initialState, Trainer } from "../../src/distill/trainer.ts";
import { random } from "../../src/random/generator.ts";
import { type Executor, inlineExecutor } from "../../src/runtime/executor.ts";
import { stripesProblem } from "./stripesProblem.ts";

const executor = inlineExecutor({ device: "cpu", threads: 1 });
afterAll(() => executor.close());

const trainerOf = (problem: Problem, on: Executor = executor) =>
  new Trainer(
    problem,
    on,
    planMetaGradient(problem, { target: "cpu", lanes: 1, memory: 1e9 }),
    initialState(problem),
  );

test("a batch has different training images and never a held-out one", async () => {
  const problem = stripesProblem({ outer: { batch: 150 } });
  const batches: Float32Array[] = [];
  const spy: Executor = {
    ...executor,
    run: (program, feeds) => {
      for (const tensors of feeds)
        batches.push((tensors.get("real_images") as Float32Array).slice());
      return executor.run(program, feeds);
    },
  };
  const trainer = trainerOf(problem, spy);
  for (let i = 0; i < 12; i++) await trainer.step();
  expect(batches).toHaveLength(12);
  for (const batch of batches) expect(new Set(rows(batch)).size).toBe(150);
  const seen = new Set(batches.flatMap(rows));
  expect(seen).toEqual(new Set(rows(normalized(problem, problem.train))));
  for (const heldOut of rows(normalized(problem, problem.heldOut))) {
    expect(seen.has(heldOut)).toBe(false);
  }
});

test("crop-flip changes the real batches, by seed and iteration alone, and nothing held out", async () => {
  const seen = async (augmentation: "none" | "crop-flip"): Promise<Float32Array[]> => {
    const batches: Float32Array[] = [];
    const problem = stripesProblem({ augmentation });
    const heldOut = problem.heldOut.images.slice();
    const spy: Executor = {
      ...executor,
      run: (program, feeds) => {
        for (const tensors of feeds)
          batches.push((tensors.get("real_images") as Float32Array).slice());
        return executor.run(program, feeds);
      },
    };
    const trainer = trainerOf(problem, spy);
    for (let i = 0; i < 3; i++) await trainer.step();
    expect(problem.heldOut.images).toEqual(heldOut);
    return batches;
  };
  const plain = await seen("none");
  const augmented = await seen("crop-flip");
  expect(await seen("crop-flip")).toEqual(augmented);
  plain.forEach((batch, iteration) => {
    expect(augmented[iteration]).not.toEqual(batch);
    cropAndFlip(batch, [1, 8, 8], random(1, "augmentation", iteration));
    expect(augmented[iteration]).toEqual(batch);
  });
});

const rows = (images: Float32Array): string[] =>
  Array.from({ length: images.length / 64 }, (_, i) => images.slice(i * 64, i * 64 + 64).join());

function normalized({ dataset }: Problem, split: Split): Float32Array {
  const images = new Float32Array(split.count * 64);
  const indices = [...Array(split.count).keys()];
  fillBatch(dataset, split, indices, images, new Float32Array(split.count * 3));
  return images;
}

test("iterations lower the loss on the real batches", async () => {
  const trainer = trainerOf(stripesProblem({ outer: { batch: 100 } }));
  const losses: number[] = [];
  for (let i = 0; i < 30; i++) losses.push((await trainer.step()).loss);
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 3);
});

test("what is not learned does not move", async () => {
  const trainer = trainerOf(
    stripesProblem({
      labels: "hard",
      learningRate: { initial: 0.5, learned: false, outerFactor: 1 },
    }),
  );
  const { images, labels, rawRates } = structuredClone(trainer.state);
  await trainer.step();
  expect(trainer.state.labels).toEqual(labels);
  expect(trainer.state.rawRates).toEqual(rawRates);
  expect(trainer.state.images).not.toEqual(images);
});

test("soft labels and learning rates take their factor of the outer rate", async () => {
  const moved = async (labelOuterFactor: number | undefined, outerFactor: number) => {
    const trainer = trainerOf(
      stripesProblem({
        labels: "soft",
        labelOuterFactor,
        learningRate: { initial: 0.5, learned: true, outerFactor },
      }),
    );
    const before = structuredClone(trainer.state);
    await trainer.step();
    const by = (key: "labels" | "rawRates") => trainer.state[key][0]! - before[key][0]!;
    return { labels: by("labels"), rates: by("rawRates") };
  };
  const whole = await moved(undefined, 1);
  const slowed = await moved(0.25, 0.5);
  expect(slowed.labels / whole.labels).toBeCloseTo(0.25, 4);
  expect(slowed.rates / whole.rates).toBeCloseTo(0.5, 4);
});

test("the first gradient is taken whole and sets the running mean", async () => {
  const trainer = trainerOf(stripesProblem());
  const { gradientNorm } = await trainer.step();
  expect(trainer.state.clipAverage).toBe(gradientNorm);
  const second = await trainer.step();
  const limited = Math.min(second.gradientNorm, 3 * gradientNorm);
  expect(trainer.state.clipAverage).toBe(0.9 * gradientNorm + (1 - 0.9) * limited);
});

test("a step that cannot be taken leaves the state as it was", async () => {
  const trainer = trainerOf(stripesProblem({ outer: { rate: 1e39 } }));
  const before = structuredClone(trainer.state);
  await expect(trainer.step()).rejects.toThrow(DivergenceError);
  expect(trainer.state).toEqual(before);

  const silent = { ...executor, run: async () => [nothing(trainer)] };
  const broken = trainerOf(stripesProblem(), silent);
  await expect(broken.step()).rejects.toThrow("iteration 1: the loss is NaN");
  expect(broken.state).toEqual(before);
});

/** A meta-gradient of NaN. */
const nothing = ({ state: { images, labels, rawRates } }: Trainer): Map<string, Float32Array> =>
  new Map([
    ["loss", Float32Array.of(Number.NaN)],
    ["grad_distilled_images", images.map(() => Number.NaN)],
    ["grad_distilled_labels", labels.map(() => Number.NaN)],
    ["grad_learning_rates", rawRates.map(() => Number.NaN)],
  ]);
