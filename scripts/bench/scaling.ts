/**
 * `npm run bench:scaling`: how the time of an iteration grows with everything that a recipe can enlarge, one thing at
 * a time around case a of the benchmark. Each row is a median over whole iterations of the trainer.
 */
import { availableParallelism, totalmem } from "node:os";
import { mlp, type Network } from "../../graphs/index.ts";
import { benchCases, benchProblem } from "../../src/bench/cases.ts";
import { spreadOf } from "../../src/bench/statistics.ts";
import { chooseLayout, type Layout } from "../../src/distill/layout.ts";
import { planMetaGradient } from "../../src/distill/plan.ts";
import { createProblem } from "../../src/distill/problem.ts";
import type { Recipe } from "../../src/distill/recipe.ts";
import { initialState, Trainer } from "../../src/distill/trainer.ts";
import { fastestTarget } from "../../src/runtime/fastestTarget.ts";
import { workerExecutor } from "../../src/runtime/workerExecutor.ts";

const ITERATIONS = 15;
const { recipe: base, dataset } = benchProblem({ ...benchCases[0]!, batch: 4096 }, { seed: 1 });

/** Milliseconds of an iteration. */
async function timeOf(
  change: (recipe: Recipe) => Recipe,
  asked: Partial<Layout> = {},
  network?: Network,
) {
  const recipe = change({ ...base, outer: { ...base.outer, batch: 1024 } });
  const made = createProblem(recipe, dataset);
  const problem = network ? { ...made, network } : made;
  const layout = chooseLayout(problem, "cpu", availableParallelism(), asked);
  const target = await fastestTarget("cpu");
  const executor = workerExecutor({ device: "cpu", target, ...layout });
  const plan = planMetaGradient(problem, {
    target,
    lanes: executor.lanes,
    memory: totalmem() / 2,
  });
  const trainer = new Trainer(problem, executor, plan, initialState(problem));
  const milliseconds: number[] = [];
  for (let i = 0; i < ITERATIONS + 3; i++) {
    const start = performance.now();
    await trainer.step();
    if (i >= 3) milliseconds.push(performance.now() - start);
  }
  await executor.close();
  return spreadOf(milliseconds);
}

async function table(
  title: string,
  values: readonly number[],
  change: (recipe: Recipe, value: number) => Recipe,
  layout: (value: number) => Partial<Layout> = () => ({}),
  network: (value: number) => Network | undefined = () => undefined,
): Promise<void> {
  console.log(`\n${title.padEnd(44)}ms per iteration`);
  for (const value of values) {
    const { median, min, max } = await timeOf(
      (recipe) => change(recipe, value),
      layout(value),
      network(value),
    );
    const time = `${median.toFixed(1)} (${min.toFixed(1)} to ${max.toFixed(1)})`;
    console.log(`${String(value).padStart(40)}    ${time}`);
  }
}

await table("real batch", [256, 512, 1024, 2048, 4096], (recipe, batch) => ({
  ...recipe,
  outer: { ...recipe.outer, batch },
}));
await table("distilled images of a step", [10, 50, 100, 200], (recipe, images) => ({
  ...recipe,
  imagesPerClass: images / 10,
}));
await table("steps", [1, 5, 10, 20], (recipe, steps) => ({ ...recipe, steps }));
await table("epochs of one step", [1, 5, 10, 20], (recipe, epochs) => ({ ...recipe, epochs }));
await table("networks of an iteration", [1, 2, 4], (recipe, networks) => ({
  ...recipe,
  initialization: "random",
  outer: { ...recipe.outer, networks },
}));
await table(
  "workers",
  Array.from({ length: availableParallelism() }, (_, i) => i + 1),
  (recipe) => recipe,
  (workers) => ({ workers, threads: 1 }),
);

/** Hidden units by the number of parameters of a perceptron for 784 pixels and 10 classes. */
const hiddenUnits = new Map(
  [128, 256, 512, 1024, 2048].map((hidden) => [785 * hidden + (hidden + 1) * 10, hidden]),
);
await table(
  "parameters of a multilayer perceptron",
  [...hiddenUnits.keys()],
  (recipe) => recipe,
  () => ({}),
  (parameters) => mlp({ hidden: [hiddenUnits.get(parameters)!] }),
);
