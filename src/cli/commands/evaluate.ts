import type { Dataset } from "../../data/dataset.ts";
import { attackOutcome } from "../../distill/attack.ts";
import { distilledShapes } from "../../distill/distilled.ts";
import { createProblem, type Problem } from "../../distill/problem.ts";
import { isFixed, knownNetworks } from "../../distill/recipe.ts";
import { evaluateBaseline, evaluateDistilled } from "../../distill/run.ts";
import { writeFileAtomic } from "../../io/atomicFile.ts";
import { type DistilledFile, decodeDistilled } from "../../io/distilledFile.ts";
import { loadRecipeData } from "../../io/recipeData.ts";
import { RunDirectory } from "../../io/runDirectory.ts";
import { withPretrained } from "../../io/startingNetworks.ts";
import { interruptible } from "../../runtime/interruptible.ts";
import { type Accuracies, accuraciesJson, accuracyRows, attackText } from "../accuracies.ts";
import {
  type CommandContext,
  type CommonOptions,
  defineCommand,
  parseCount,
  printResult,
  type Register,
} from "../command.ts";
import { type DataCommandOptions, dataOptions, skippedRows, withData } from "../dataOptions.ts";
import { formatCount, formatDuration, formatTable } from "../format.ts";
import { createProgressLine, type ProgressLine } from "../progressLine.ts";
import { type ResourceOptions, startExecutor, withWorkers } from "../resources.ts";
import { showStartingNetworks, weightsOption } from "../startingNetworks.ts";

interface EvaluateOptions extends CommonOptions, ResourceOptions, DataCommandOptions {
  readonly weights?: string;
  readonly networks?: number;
}

interface Result extends Accuracies, Pick<Dataset, "skipped"> {
  readonly run: string;
  readonly seconds: number;
}

export const registerEvaluate: Register = (program, context) => {
  const command = defineCommand(
    program,
    "evaluate <run>",
    "Trains networks on the distilled images of a run and measures them on test images.",
    "onnx-distill evaluate runs/mnist-random-1 --networks 200 --data ~/datasets",
  )
    .option(
      "--networks <n>",
      "networks to train (default: as many as the recipe says)",
      parseCount(1),
    )
    .option("--weights <folder>", weightsOption);
  withWorkers(withData(command)).action(async (run: string, options: EvaluateOptions) => {
    const result = await evaluateRun(run, options, context);
    const { seconds, skipped } = result;
    const json = { run, seconds, ...accuraciesJson(result), ...(skipped ? { skipped } : {}) };
    if (options.out) await writeFileAtomic(options.out, `${JSON.stringify(json, undefined, 2)}\n`);
    printResult(context, options, json, asText(result));
  });
};

async function evaluateRun(
  run: string,
  options: EvaluateOptions,
  context: CommandContext,
): Promise<Result> {
  const progress = createProgressLine(context, options);
  const { problem: untrained, distilled } = await openRun(run, options, progress, context.signal);
  const { recipe, dataset } = untrained;
  const known = knownNetworks(recipe);
  if (isFixed(recipe) && (options.networks ?? 1) > known) {
    progress.message(
      `the run's initialisation is fixed: it has ${known === 1 ? "one network" : `${known} networks`}, not ${options.networks}`,
    );
  }
  if (recipe.initialization !== "random" && options.seed !== undefined) {
    const weights = isFixed(recipe) ? "initialisation is fixed" : "networks are pre-trained";
    progress.message(`the run's ${weights}: --seed changes nothing`);
  }
  const { executor } = await startExecutor(options, untrained);
  const stoppable = interruptible(executor, context.signal);
  const show = (what: string) => (done: number, total: number) =>
    progress.update(`${what}: ${done} of ${total} networks measured`);
  const start = performance.now();
  try {
    const problem = await withPretrained(untrained, executor, {
      ...dataOptions(options, progress),
      weights: options.weights,
      evaluated: options.networks,
      signal: context.signal,
      ...showStartingNetworks(progress),
    });
    progress.message(`measuring on ${formatCount(dataset.test.count)} images of ${dataset.name}`);
    const { before, after } = await evaluateDistilled(
      problem,
      stoppable,
      distilled,
      options.networks,
      show("before and after training"),
    );
    const baseline = await evaluateBaseline(problem, stoppable, show("random real images"));
    const seconds = (performance.now() - start) / 1000;
    return {
      run,
      seconds,
      before: before.accuracy,
      accuracy: after.accuracy,
      baseline,
      attack: attackOutcome(problem, before.attack, after.attack),
      skipped: dataset.skipped,
    };
  } finally {
    progress.done();
    await executor.close();
  }
}

/** What a run learned, and the problem whose random networks are those of the wanted seed. */
async function openRun(
  run: string,
  options: EvaluateOptions,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<{ problem: Problem; distilled: DistilledFile }> {
  const directory = await RunDirectory.open(run);
  const distilled = await directory.read("distilled.safetensors").then(decodeDistilled, () => {
    throw new Error(
      `${run} is not finished: it has no distilled.safetensors. Continue it with: onnx-distill run <recipe> --resume --out ${run}`,
    );
  });
  const recipe = await directory.recipe();
  const { seed } = options;
  const dataset = await loadRecipeData(recipe, {
    ...dataOptions(options, progress),
    signal,
  });
  const problem = createProblem(recipe, dataset);
  expectSameData(run, distilled, problem);
  if (seed === undefined || recipe.initialization !== "random") return { problem, distilled };
  return { problem: { ...problem, recipe: { ...recipe, seed } }, distilled };
}

/** @throws when the data are not those that the images were distilled from. */
function expectSameData(run: string, { shapes, metadata }: DistilledFile, problem: Problem): void {
  const { classes, normalization, name, source = name } = problem.dataset;
  const facts = [
    ["images", `[${shapes.images}]`, `[${distilledShapes(problem).images}]`],
    ["labels", `[${shapes.labels}]`, `[${distilledShapes(problem).labels}]`],
    ["classes", metadata.classes, JSON.stringify(classes)],
    ["mean", metadata.mean, JSON.stringify(normalization.mean)],
    ["std", metadata.std, JSON.stringify(normalization.std)],
  ];
  for (const [what, ofRun, ofData] of facts) {
    if (ofRun === ofData) continue;
    throw new Error(
      `${run} was distilled from other data than ${source}: ${what} ${ofRun} there, ${ofData} here. Pass the data's folder with --data`,
    );
  }
}

const asText = (result: Result): string =>
  formatTable([
    ...accuracyRows(result),
    ["evaluation time", formatDuration(result.seconds)],
    ...skippedRows(result),
  ]) + attackText(result);
