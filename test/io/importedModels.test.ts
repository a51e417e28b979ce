import { join } from "node:path";
import { expect, test } from "vitest";
import { initialDistilled } from "../../src/distill/distilled.ts";
import { planMetaGradient } from "../../src/distill/plan.ts";
import type { Recipe } from "../../src/distill/recipe.ts";
import { recipeNamed } from "../../src/distill/recipes.ts";
import { initialState, Trainer } from "../../src/distill/trainer.ts";
import { openProblem } from "../../src/io/openProblem.ts";
import { inlineExecutor } from "../../src/runtime/executor.ts";
import { realDataDir } from "../realData.ts";

const dir = realDataDir("onnx") && realDataDir("mnist") && realDataDir("cifar10");

const ITERATIONS = 24;

/** Trained models of other tools with the data that they know. */
const models = [
  ["mnist-8-cntk.onnx", "mnist"],
  ["lenet5_ccoltong.onnx", "mnist"],
  ["mlp_ccoltong.onnx", "mnist"],
  ["vnncomp21_cifar_base_kw.onnx", "cifar10"],
  ["vnncomp21_resnet_2b.onnx", "cifar10"],
] as const;

const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b) / numbers.length;

test.skipIf(!dir).each(models)(
  "%s is distilled against, and the loss falls",
  async (file, data) => {
    const template = recipeNamed("mnist-fixed")!;
    const recipe: Recipe = {
      ...template,
      data,
      network: join(dir!, "onnx", file),
      initialization: "fixed-pretrained",
      epochs: 2,
      learningRate: { initial: 0.05, learned: true, outerFactor: 0.3 },
      outer: { ...template.outer, iterations: ITERATIONS, batch: 64, rate: 0.1 },
    };
    const problem = await openProblem(recipe, { dataDir: dir });
    const executor = inlineExecutor({ device: "cpu", threads: 1 });
    try {
      const plan = planMetaGradient(problem, { target: executor.target, lanes: 1, memory: 2e9 });
      const start = initialState(problem, initialDistilled(problem));
      const trainer = new Trainer(problem, executor, plan, start);
      const losses: number[] = [];
      for (let i = 0; i < ITERATIONS; i++) losses.push((await trainer.step()).loss);
      expect(mean(losses.slice(-6))).toBeLessThan(0.9 * mean(losses.slice(0, 6)));
    } finally {
      await executor.close();
    }
  },
);
