import { expect, test } from "vitest";
import { Tester } from "../../src/distill/measure.ts";
import {
  type Pretraining,
  type TrainingState,
  trainNetworks,
} from "../../src/distill/pretraining.ts";
import type { Program } from "../../src/onnx/compile.ts";
import { type Executor, inlineExecutor } from "../../src/runtime/executor.ts";
import { stripesProblem } from "./stripesProblem.ts";

const executor = inlineExecutor({ device: "cpu", threads: 1 });
const problem = stripesProblem();
const pretraining: Pretraining = {
  network: problem.network,
  loss: problem.loss,
  dataset: problem.dataset,
  schedule: { epochs: 3, batch: 50, rate: 0.01, decayEvery: 2 },
  seed: 1,
};

test("networks learn the data", async () => {
  const trained = await trainNetworks(pretraining, [0, 1], executor);
  const tester = new Tester(problem, executor);
  const measured = await tester.measureEach(
    trained.map(({ parameters }) => parameters),
    problem.dataset.test,
  );
  for (const { accuracy } of measured) expect(accuracy).toBeGreaterThan(0.95);
  for (const { losses } of trained) expect(losses).toHaveLength(5);
});

test("a network does not depend on those beside it", async () => {
  const [, , second] = await trainNetworks(pretraining, [0, 2, 1], executor);
  const [alone] = await trainNetworks(pretraining, [1], executor);
  expect(second).toEqual(alone);
  const [otherSeed] = await trainNetworks({ ...pretraining, seed: 2 }, [1], executor);
  expect(otherSeed!.parameters).not.toEqual(alone!.parameters);
});

test("networks that are trained later run the programs of those before", async () => {
  const programs = new Set<Program>();
  const watched: Executor = {
    ...executor,
    run: (program, feeds) => {
      programs.add(program);
      return executor.run(program, feeds);
    },
  };
  await trainNetworks(pretraining, [0], watched);
  const { size } = programs;
  await trainNetworks(pretraining, [1], watched);
  expect(programs.size).toBe(size);
});

test("training goes on from any epoch as if it had never stopped", async () => {
  const states: TrainingState[] = [];
  const whole = await trainNetworks(pretraining, [3, 4], executor, {
    onEpoch: async (state) => void states.push(structuredClone(state)),
  });
  expect(states.map(({ epoch }) => epoch)).toEqual([1, 2]);
  for (const resume of states)
    expect(await trainNetworks(pretraining, [3, 4], executor, { resume })).toEqual(whole);
});

test("the rate is halved every so many epochs", async () => {
  const fast = { ...pretraining, schedule: { epochs: 2, batch: 240, rate: 1, decayEvery: 1 } };
  const states: TrainingState[] = [];
  const [trained] = await trainNetworks(fast, [0], executor, {
    onEpoch: async (state) => void states.push(state),
  });
  // In the first step Adam moves every weight by the rate; in the second the direction has Adam's length too.
  const { name } = fast.network.parameters.at(-1)!;
  const moved = states[0]!.tensors[0]!.get(name)!;
  expect(Math.max(...moved.map(Math.abs))).toBeCloseTo(1, 4);
  const further = trained!.parameters.get(name)!.map((value, i) => Math.abs(value - moved[i]!));
  expect(Math.max(...further)).toBeLessThan(0.75);
  expect(Math.max(...further)).toBeGreaterThan(0.1);
});

test("a training stops between two runs", async () => {
  const stop = new AbortController();
  const steps: number[] = [];
  const training = trainNetworks(pretraining, [0], executor, {
    signal: stop.signal,
    onStep({ step, steps: all }) {
      expect(all).toBe(15);
      steps.push(step);
      if (step === 9) stop.abort();
    },
  });
  await expect(training).rejects.toThrow("This operation was aborted");
  // Four batches of 50 in a run, and the 40 images left.
  expect(steps).toEqual([4, 5, 9]);
});
