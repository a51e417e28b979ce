import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { type Statistic, statistic } from "../../distill/evaluate.ts";
import { describePlan } from "../../distill/plan.ts";
import type { Select } from "../../distill/run.ts";
import { DivergenceError } from "../../distill/trainer.ts";
import { keepsWeights } from "../../io/keptWeights.ts";
import { runRecipe } from "../../io/recipeRun.ts";
import { RunDirectory } from "../../io/runDirectory.ts";
import type { RunSummary } from "../../io/runReport.ts";
import {
  type Accuracies,
  accuraciesJson,
  accuracyRows,
  attackOverSeeds,
  attackText,
} from "../accuracies.ts";
import {
  type CommandContext,
  type CommonOptions,
  collect,
  defineCommand,
  parseCount,
  printResult,
  type Register,
} from "../command.ts";
import { commandLine } from "../commandLine.ts";
import { type DataCommandOptions, dataOptions, skippedRows, withData } from "../dataOptions.ts";
import { formatDuration, formatPercent, formatTable } from "../format.ts";
import { withHeadAndFreeze } from "../modelOptions.ts";
import { createProgressLine } from "../progressLine.ts";
import { machine, type ResourceOptions, startExecutor, withResources } from "../resources.ts";
import { type RunBeginning, runBeginning } from "../runBeginning.ts";
import { parseSeeds } from "../seeds.ts";
import { showStartingNetworks, weightsOption } from "../startingNetworks.ts";
import { createStatus } from "../statusLine.ts";
import { transferTable } from "../transferTable.ts";
import { versions } from "../versions.ts";

interface RunCommandOptions extends CommonOptions, ResourceOptions, DataCommandOptions {
  readonly weights?: readonly string[];
  readonly sampleNetworks?: number;
  readonly network?: string;
  readonly head?: string;
  readonly freeze?: readonly string[];
  readonly train?: readonly string[];
  readonly iterations?: number;
  readonly set?: readonly string[];
  readonly seeds?: readonly number[];
  readonly select: Select;
  readonly resume?: boolean;
  readonly transfer: boolean;
}

export const registerRun: Register = (program, context) => {
  const command = defineCommand(
    program,
    "run <recipe>",
    "Distils a data set by a recipe: a built-in name, or a JSON or YAML file.",
    "onnx-distill run mnist-fixed --data ~/datasets --seeds 1,2,3",
  )
    .option("--weights <path>", weightsOption, collect)
    .option(
      "--sample-networks <n>",
      "networks of an iteration, instead of the recipe's: the same as --set outer.networks=<n>",
      parseCount(1),
    )
    .option(
      "--network <name|model.onnx>",
      "a built-in network, or a model whose weights the networks start from",
    )
    .option(
      "--train <pattern>",
      "of a model: tensors that are trained though they would not be; repeatable",
      collect,
    )
    .option("--iterations <n>", "iterations, instead of the recipe's", parseCount(1))
    .option(
      "--set <key=value>",
      "changes a field of the recipe, such as outer.batch=512; repeatable",
      collect,
    )
    .option(
      "--seeds <list>",
      "runs once for each seed, such as 1,2,3, and reports mean and deviation",
      parseSeeds,
    )
    .option(
      "--select <state>",
      "report the last state, or the best on held-out training images",
      parseSelect,
      "last",
    )
    .option("--no-transfer", "leave out what the images are good for outside their recipe")
    .option("--resume", "continue the run in --out (default: the recipe's own folder)");
  withResources(withData(withHeadAndFreeze(command))).action(
    async (recipe: string, given: RunCommandOptions) => {
      const options = { ...given, set: assignments(given) };
      const seeds = options.seeds ?? [options.seed];
      const several = seeds.length > 1;
      const beginnings: RunBeginning[] = [];
      for (const seed of seeds) {
        const out = options.out && several ? `${options.out}-${seed}` : options.out;
        beginnings.push(await runBeginning(recipe, { ...options, seed, out, several }));
      }
      const summaries: RunSummary[] = [];
      for (const beginning of beginnings) {
        const summary = await runOnce(recipe, beginning, options, context);
        if (!summary) return;
        summaries.push(summary);
      }
      if (summaries.length === 1)
        printResult(context, options, asJson(summaries[0]!), asText(summaries[0]!));
      else printResult(context, options, seedsJson(summaries), seedsText(summaries));
    },
  );
};

/** One run, shown as it goes; undefined when it was interrupted. */
async function runOnce(
  name: string,
  { path, recipe, directory }: RunBeginning,
  options: RunCommandOptions,
  context: CommandContext,
): Promise<RunSummary | undefined> {
  const status = createStatus({
    stream: context.stderr,
    isTTY: context.stderr.isTTY === true,
    columns: () => context.stderr.columns ?? 80,
    quiet: options.quiet === true,
    now: () => performance.now(),
  });
  const progress = createProgressLine(context, options);
  const result = await runRecipe({
    recipe,
    path,
    directory,
    ...dataOptions(options, progress),
    select: options.select,
    transfer: options.transfer,
    signal: context.signal,
    starting: { weights: options.weights, ...showStartingNetworks(progress) },
    startResources: (problem, layout) =>
      startExecutor(
        { ...options, signal: context.signal },
        (text) => status.message(text),
        problem,
        layout,
      ),
    circumstances: { command: commandLine(), versions: versions(), machine },
    onStart: ({ dataset, plan, executor }) => {
      const { train, test } = dataset;
      status.message(`${recipe.name}: ${recipe.description}`);
      status.message(
        `${dataset.name}, ${train.count} training and ${test.count} test images; ${describePlan(plan, executor.lanes)}`,
      );
    },
    onIteration: ({ accuracy, ...state }) =>
      status.update({ ...state, note: accuracy && `held-out ${formatPercent(accuracy)}` }),
    onTrained: () => {
      status.done();
      status.message("evaluating");
    },
    onNetwork: (what, done, total) =>
      progress.update(`${what}: ${done} of ${total} networks measured`),
  }).catch((error) => {
    if (error instanceof DivergenceError)
      status.message(`the last good state is kept in ${join(path, "checkpoints")}`);
    throw error;
  });
  progress.done();
  if (!result.stoppedIn) return result.summary;
  status.done();
  if (result.stoppedIn === "pre-training" && !directory) {
    status.message("stopped; finished networks are kept, the same command continues");
    return undefined;
  }
  const what =
    result.stoppedIn !== "evaluation"
      ? "stopped"
      : `stopped in the evaluation; the images are in ${join(path, "distilled.safetensors")}`;
  const { weights, ...others } = options;
  const kept = await keepsWeights(await RunDirectory.open(path));
  status.message(
    `${what}; continue with: ${continuing(name, path, kept ? others : { ...others, weights })}`,
  );
  return undefined;
}

/** The command that continues a stopped run. */
const continuing = (
  name: string,
  path: string,
  { data, weights, skipBad, cache, select, device, transfer }: RunCommandOptions,
): string =>
  [
    `onnx-distill run ${name} --resume --out ${path}`,
    ...(data ? [`--data ${data}`] : []),
    ...(weights ?? []).map((path) => `--weights ${path}`),
    ...(skipBad ? ["--skip-bad"] : []),
    ...(cache ? [`--cache ${cache}`] : []),
    ...(select === "last" ? [] : [`--select ${select}`]),
    ...(device ? [`--device ${device}`] : []),
    ...(transfer ? [] : ["--no-transfer"]),
  ].join(" ");

/** What --set and the options that stand for it change; what --set says comes last. */
function assignments({
  set = [],
  sampleNetworks,
  network,
  ...model
}: RunCommandOptions): readonly string[] {
  const { head, freeze, train } = model;
  const changes = Object.entries({
    "outer.networks": sampleNetworks,
    network,
    initialization: network?.endsWith(".onnx") ? "fixed-pretrained" : undefined,
    model: head || freeze || train ? { head, freeze, train } : undefined,
  });
  return [
    ...changes
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => `${field}=${JSON.stringify(value)}`),
    ...set,
  ];
}

const asJson = ({ run, iterations, seconds, skipped, ...accuracies }: RunSummary) => ({
  run,
  iterations,
  seconds,
  ...accuraciesJson(accuracies),
  ...(skipped ? { skipped } : {}),
});

const asText = (summary: RunSummary): string =>
  [
    formatTable([
      ...accuracyRows(summary),
      ["training time", formatDuration(summary.seconds)],
      ["report", join(summary.run, "report.html")],
      ...skippedRows(summary),
    ]) + attackText(summary),
    ...(summary.transfer ? [transferTable(summary.transfer)] : []),
  ].join("\n\n");

/** Over seeds: each run's accuracies count as one. */
function overSeeds(summaries: readonly RunSummary[]): Accuracies {
  const of = (pick: (summary: RunSummary) => Statistic) =>
    statistic(summaries.map((summary) => pick(summary).mean));
  return {
    before: of(({ before }) => before),
    accuracy: of(({ accuracy }) => accuracy),
    baseline: { name: summaries[0]!.baseline.name, ...of(({ baseline }) => baseline) },
    attack: attackOverSeeds(summaries),
  };
}

const seedsJson = (summaries: readonly RunSummary[]) => ({
  runs: summaries.map(asJson),
  iterations: summaries[0]!.iterations,
  seconds: summaries.reduce((sum, { seconds }) => sum + seconds, 0),
  ...overSeeds(summaries),
});

function seedsText(summaries: readonly RunSummary[]): string {
  const rows = summaries.map(({ run, accuracy: one, seconds }) => [
    run,
    formatPercent(one),
    formatDuration(seconds),
  ]);
  const runs = formatTable(rows, { header: ["run", "accuracy", "training time"] });
  const all = overSeeds(summaries);
  return `${runs}\n\nOver seeds:\n${formatTable(accuracyRows(all))}${attackText(all)}`;
}

function parseSelect(text: string): Select {
  if (text === "last" || text === "best") return text;
  throw new InvalidArgumentError("Expected last or best.");
}
