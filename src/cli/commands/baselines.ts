import { existsSync } from "node:fs";
import { join } from "node:path";
import type { BaselineEntry } from "../../distill/baselines/entries.ts";
import { measureBaselines } from "../../distill/baselines/measureBaselines.ts";
import type { Distilled } from "../../distill/distilled.ts";
import type { Problem } from "../../distill/problem.ts";
import { isFixed, knownNetworks, type Recipe } from "../../distill/recipe.ts";
import { writeFileAtomic } from "../../io/atomicFile.ts";
import { openFinishedRun } from "../../io/finishedRun.ts";
import { openProblem } from "../../io/openProblem.ts";
import type { DataOptions } from "../../io/recipeData.ts";
import { withPretrained } from "../../io/startingNetworks.ts";
import { interruptible } from "../../runtime/interruptible.ts";
import { baselineTable } from "../baselineTable.ts";
import {
  type CommandContext,
  type CommonOptions,
  collect,
  defineCommand,
  parseCount,
  printResult,
  type Register,
} from "../command.ts";
import { type DataCommandOptions, dataOptions, withData } from "../dataOptions.ts";
import { formatCount } from "../format.ts";
import { createProgressLine, type ProgressLine } from "../progressLine.ts";
import { recipeFrom } from "../recipeArgument.ts";
import { type ResourceOptions, startExecutor, withResources } from "../resources.ts";
import { showStartingNetworks, weightsOption } from "../startingNetworks.ts";

interface BaselinesOptions extends CommonOptions, ResourceOptions, DataCommandOptions {
  readonly weights?: readonly string[];
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
    .option("--weights <path>", weightsOption, collect);
  withResources(withData(command)).action(async (subject: string, options: BaselinesOptions) => {
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
  const { problem: untrained, distilled } = await problemOf(subject, options, {
    ...dataOptions(options, progress),
    signal: context.signal,
  });
  const { recipe, dataset } = untrained;
  tellKnown(recipe, options.networks ?? 1, progress);
  for (const { file, reason } of dataset.skipped ?? [])
    progress.message(`left out ${file}: ${reason}`);
  const { executor, memory } = await startExecutor(
    { ...options, signal: context.signal },
    (text) => progress.message(text),
    untrained,
  );
  try {
    const problem = await withPretrained(untrained, executor, {
      ...dataOptions(options, progress),
      ...showStartingNetworks(progress),
      weights: options.weights,
      evaluated: options.networks,
      signal: context.signal,
    });
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

/** Says so where more networks were asked for than a fixed initialisation has. */
function tellKnown(recipe: Recipe, networks: number, progress: ProgressLine): void {
  const known = knownNetworks(recipe);
  if (!isFixed(recipe) || networks <= known) return;
  const there =
    known === 1
      ? `there is one network, not ${networks}; it is trained on every set of images`
      : `there are ${known} networks, not ${networks}; each is trained on a set of images of its own`;
  progress.message(`the initialisation is fixed: ${there}`);
}

/** The folder of a run, else a recipe's name or file. */
async function problemOf(
  subject: string,
  { seed }: BaselinesOptions,
  data: DataOptions,
): Promise<{ problem: Problem; distilled?: Distilled }> {
  if (existsSync(join(subject, "recipe.json"))) return openFinishedRun(subject, { ...data, seed });
  const recipe = await recipeFrom(subject, { seed });
  return { problem: await openProblem(recipe, data) };
}
