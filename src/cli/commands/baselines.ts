import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadDataset } from "../../data/load.ts";
import type { BaselineEntry } from "../../distill/baselines/entries.ts";
import { measureBaselines } from "../../distill/baselines/measureBaselines.ts";
import type { Distilled } from "../../distill/distilled.ts";
import { createProblem, type Problem } from "../../distill/problem.ts";
import { writeFileAtomic } from "../../io/atomicFile.ts";
import { openFinishedRun } from "../../io/finishedRun.ts";
import { interruptible } from "../../runtime/interruptible.ts";
import { baselineTable } from "../baselineTable.ts";
import {
  type CommandContext,
  type CommonOptions,
  defineCommand,
  parseCount,
  printResult,
  type Register,
} from "../command.ts";
import { formatCount } from "../format.ts";
import { createProgressLine } from "../progressLine.ts";
import { recipeFrom } from "../recipeArgument.ts";
import { type ResourceOptions, startExecutor, withResources } from "../resources.ts";

interface BaselinesOptions extends CommonOptions, ResourceOptions {
  readonly data?: string;
  readonly networks?: number;
  readonly learnRates?: number;
}

export const registerBaselines: Register = (program, context) => {
  const command = defineCommand(
    program,
    "baselines <recipe|run>",
    "Measures real images, cluster centres, class means and k-NN at a recipe's number of images; for a run's folder also its distilled images.",
    "onnx-distill baselines runs/mnist-random-1 --networks 200 --data ~/datasets",
  )
    .option(
      "--networks <n>",
      "held-out networks of every row (default: as many as the recipe says)",
      parseCount(1),
    )
    .option(
      "--learn-rates <iterations>",
      "also learn rates for every source, so many iterations in the recipe's own epochs",
      parseCount(1),
    )
    .option("--data <folder>", "where data sets are looked for first");
  withResources(command).action(async (subject: string, options: BaselinesOptions) => {
    const entries = await baselinesOf(subject, options, context);
    if (options.out)
      await writeFileAtomic(options.out, `${JSON.stringify(entries, undefined, 2)}\n`);
    printResult(context, options, entries, baselineTable(entries));
  });
};

async function baselinesOf(
  subject: string,
  options: BaselinesOptions,
  context: CommandContext,
): Promise<BaselineEntry[]> {
  const progress = createProgressLine(context, options);
  const { problem, distilled } = await problemOf(subject, options);
  const { recipe, dataset } = problem;
  if (recipe.initialization === "fixed" && (options.networks ?? 1) > 1) {
    progress.message(
      `the initialisation is fixed: there is one network, not ${options.networks}; it is trained on every set of images`,
    );
  }
  const { executor, memory } = startExecutor(options, problem);
  try {
    progress.message(`measuring on ${formatCount(dataset.test.count)} images of ${dataset.name}`);
    return await measureBaselines(problem, interruptible(executor, context.signal), {
      networks: options.networks ?? recipe.evaluation.testNetworks,
      distilled,
      learnRates: options.learnRates ? { iterations: options.learnRates, memory } : undefined,
      signal: context.signal,
      onNetwork: (what, done, total) =>
        progress.update(`${what}: ${done} of ${total} networks measured`),
      onStage: (what) => progress.update(what),
    });
  } finally {
    progress.done();
    await executor.close();
  }
}

/** The folder of a run, else a recipe's name or file. */
async function problemOf(
  subject: string,
  { data: dataDir, seed }: BaselinesOptions,
): Promise<{ problem: Problem; distilled?: Distilled }> {
  if (existsSync(join(subject, "recipe.json"))) return openFinishedRun(subject, { dataDir, seed });
  const recipe = await recipeFrom(subject, { seed });
  const dataset = await loadDataset(recipe.data, { dataDir, seed: recipe.seed });
  return { problem: createProblem(recipe, dataset) };
}
