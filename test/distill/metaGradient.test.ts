import { expect, test } from "vitest";
import type { Dataset, Split } from "../../src/data/dataset.ts";
import { initialDistilled, toDistilled } from "../../src/distill/distilled.ts";
import { initialParameters } from "../../src/distill/initialization.ts";
import { computeMetaGradient, type MetaGradientResult } from "../../src/distill/metaGradient.ts";
import { describePlan, type Plan, planMetaGradient } from "../../src/distill/plan.ts";
import { createProblem, type Problem } from "../../src/distill/problem.ts";
import { random } from "../../src/random/generator.ts";
import { inlineExecutor } from "../../src/runtime/executor.ts";
import { stripesRecipe } from "../stripesData.ts";

const BATCH = 8;

function noise(count: number): Split {
  const stream = random(count, "test noise");
  return {
    images: Uint8Array.from({ length: count * 784 }, () => stream.integer(256)),
    labels: Uint16Array.from({ length: count }, (_, i) => i % 10),
    count,
  };
}

/** LeNet on noise: two steps in two epochs, two networks. */
function lenetProblem(): Problem {
  const dataset: Dataset = {
    name: "noise",
    classes: [..."0123456789"],
    shape: [1, 28, 28],
    train: noise(20),
    test: noise(10),
    normalization: { mean: [0.5], std: [0.3] },
  };
  const recipe = {
    ...stripesRecipe,
    network: "lenet",
    initialization: "random" as const,
    steps: 2,
    epochs: 2,
    learningRate: { initial: 0.05, learned: true, outerFactor: 1 },
    outer: { ...stripesRecipe.outer, batch: BATCH, networks: 2 },
    evaluation: { ...stripesRecipe.evaluation, heldOut: 5 },
  };
  return createProblem(recipe, dataset);
}

const problem = lenetProblem();
const planned = (options: Partial<Parameters<typeof planMetaGradient>[1]>): Plan =>
  planMetaGradient(problem, { target: "cpu", lanes: 1, memory: 1e9, ...options });

async function metaGradient(plan: Plan): Promise<MetaGradientResult> {
  const executor = inlineExecutor({ device: "cpu", threads: 1 });
  const stream = random(5, "test batch");
  const images = new Float32Array(BATCH * 784);
  stream.fillNormal(images);
  const labels = new Float32Array(BATCH * 10);
  for (let i = 0; i < BATCH; i++) labels[i * 10 + i] = 1;
  const networks = [0, 1].map((index) => initialParameters(problem, "training", index));
  const distilled = toDistilled(initialDistilled(problem));
  const { network, unroll } = problem;
  const real = { images, labels };
  const result = await computeMetaGradient(
    executor,
    plan,
    network,
    unroll,
    networks,
    distilled,
    real,
  );
  await executor.close();
  return result;
}

function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < a.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(difference / size);
}

test("step by step and unrolled, in parts and whole, the meta-gradient is the same", async () => {
  const reference = await metaGradient(planned({ kind: "unrolled", splits: 1 }));
  for (const kind of ["unrolled", "stepwise"] as const) {
    const result = await metaGradient(planned({ kind, splits: 2 }));
    expect(Math.abs(result.loss / reference.loss - 1)).toBeLessThan(1e-5);
    for (const key of ["images", "labels", "learningRates"] as const) {
      expect(relativeDifference(result[key], reference[key])).toBeLessThan(1e-5);
    }
  }
});

test("parameters that are not kept are computed again, to the same bits", async () => {
  const plan = planned({ kind: "stepwise" }) as Plan & { kind: "stepwise" };
  expect(plan.keepEvery).toBe(1);
  const whole = await metaGradient(plan);
  for (const keepEvery of [2, 3, 4]) {
    expect(await metaGradient({ ...plan, keepEvery })).toEqual(whole);
  }
});

test("the plan is unrolled where it fits the memory, else step by step, else refused", () => {
  const long = { ...problem, unroll: { ...problem.unroll, epochs: 12 } };
  const planned = (options: Partial<Parameters<typeof planMetaGradient>[1]>): Plan =>
    planMetaGradient(long, { target: "cpu", lanes: 1, memory: 1e9, ...options });
  const unrolled = planned({});
  expect(unrolled.kind).toBe("unrolled");
  const smaller = planned({ memory: unrolled.bytes - 1 });
  expect(smaller.kind).toBe("stepwise");
  expect(smaller.bytes).toBeLessThan(unrolled.bytes);
  const tight = planned({ memory: smaller.bytes - 1 }) as Plan & { kind: "stepwise" };
  expect(tight.keepEvery).toBe(2);
  expect(tight.bytes).toBeLessThan(smaller.bytes);
  expect(describePlan(tight, 1)).toMatch(
    /^meta-gradient step by step, keeping the parameters of every 2 steps; about \d+ MiB of memory with 1 worker$/,
  );
  expect(() => planned({ memory: 1e5 })).toThrow("raise --memory");
  expect(planned({ lanes: 4, memory: 1e9 }).splits).toBe(2);
});
