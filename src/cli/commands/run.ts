import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { loadDataset } from "../../data/load.ts";
import { initialDistilled, inverseSoftplus, type RawDistilled } from "../../distill/distilled.ts";
import { type Statistic, statistic } from "../../distill/evaluate.ts";
import { describePlan, planMetaGradient } from "../../distill/plan.ts";
import { createProblem, initialParameters, type Problem } from "../../distill/problem.ts";
import { distil, evaluateBaseline, evaluateDistilled, type Select } from "../../distill/run.ts";
import { DivergenceError, initialState } from "../../distill/trainer.ts";
import { decodeDistilled, encodeDistilled } from "../../io/distilledFile.ts";
import { RunDirectory } from "../../io/runDirectory.ts";
import { drawImages, picturing, type RunSummary, writeReport } from "../../io/runReport.ts";
import { encodeSafetensors, float32Tensor } from "../../io/safetensors.ts";
import { devices } from "../../runtime/devices.ts";
import { interruptible } from "../../runtime/interruptible.ts";
import { type Accuracies, accuraciesJson, accuracyRows } from "../accuracies.ts";
import {
  type CommandContext,
  type CommonOptions,
  defineCommand,
  parseCount,
  printResult,
  type Register,
} from "../command.ts";
import { UsageError } from "../errors.ts";
import { formatDuration, formatPercent, formatTable } from "../format.ts";
import { createProgressLine } from "../progressLine.ts";
import { machine, type ResourceOptions, startExecutor, withResources } from "../resources.ts";
import { type RunBeginning, runBeginning } from "../runBeginning.ts";
import { createStatus } from "../statusLine.ts";
import { versions } from "../versions.ts";

interface RunCommandOptions extends CommonOptions, ResourceOptions {
  readonly data?: string;
  readonly iterations?: number;
  readonly set?: readonly string[];
  readonly seeds?: readonly number[];
  readonly select: Select;
  readonly resume?: boolean;
}

export const registerRun: Register = (program, context) => {
  const command = defineCommand(
    program,
    "run <recipe>",
    "Distils a data set by a recipe: a built-in name, or a JSON or YAML file.",
    "onnx-distill run mnist-fixed --data ~/datasets --seeds 1,2,3",
  )
    .option("--data <folder>", "where data sets are looked for first")
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
    .option("--resume", "continue the run in --out (default: the recipe's own folder)");
  withResources(command).action(async (recipe: string, options: RunCommandOptions) => {
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
  });
};

/** One run from start or checkpoint to its report; undefined when it was interrupted. */
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
  const resume = await directory?.resume();
  const dataset = await loadDataset(recipe.data, { dataDir: options.data, seed: recipe.seed });
  const problem = createProblem(recipe, dataset);
  const { executor, memory } = startExecutor(options, resume?.layout);
  try {
    const plan = planMetaGradient(problem, {
      target: devices[executor.device].target,
      lanes: executor.lanes,
      memory,
      kind: resume?.layout.plan,
      splits: resume?.layout.splits,
    });
    const start = initialState(problem, await startOf(problem));
    const storage = directory ?? (await RunDirectory.create(path, recipe));
    await writeInitial(storage, problem);
    status.message(`${recipe.name}: ${recipe.description}`);
    status.message(
      `${dataset.name}, ${dataset.train.count} training and ${dataset.test.count} test images; ${describePlan(plan, executor.lanes)}`,
    );
    const trained = await distil(problem, {
      executor,
      plan,
      storage: picturing(storage, problem),
      resume,
      start,
      select: options.select,
      signal: context.signal,
      onIteration: ({ iteration, iterations, loss, accuracy }) =>
        status.update({
          iteration,
          iterations,
          loss,
          note: accuracy && `held-out ${formatPercent(accuracy)}`,
        }),
    });
    status.done();
    if (!trained.finished) {
      status.message(`stopped; continue with: ${continuing(name, path, options)}`);
      return undefined;
    }
    await storage.write("distilled.safetensors", encodeDistilled(problem, trained.distilled));
    await drawImages(storage, problem, trained.distilled);
    status.message("evaluating");
    const progress = createProgressLine(context, options);
    const stoppable = interruptible(executor, context.signal);
    const show = (what: string) => (done: number, total: number) =>
      progress.update(`${what}: ${done} of ${total} networks measured`);
    const { before, after } = await evaluateDistilled(
      problem,
      stoppable,
      trained.distilled,
      undefined,
      show("before and after training"),
    );
    const baseline = await evaluateBaseline(problem, stoppable, show("random real images"));
    progress.done();
    const summary: RunSummary = {
      run: path,
      iterations: recipe.outer.iterations,
      seconds: trained.seconds,
      before: before.accuracy,
      accuracy: after.accuracy,
      baseline,
      selected: { select: options.select, iteration: trained.iteration },
      command: commandLine(),
      versions: versions(),
      machine: machine(executor.device),
    };
    await storage.write("summary.json", `${JSON.stringify(summary, undefined, 2)}\n`);
    await writeReport(storage, problem, summary);
    return summary;
  } catch (error) {
    if (error instanceof DivergenceError)
      status.message(`the last good state is kept in ${join(path, "checkpoints")}`);
    if (!context.signal.aborted || error !== context.signal.reason) throw error;
    status.message(
      `stopped in the evaluation; the images are in ${join(path, "distilled.safetensors")}; continue with: ${continuing(name, path, options)}`,
    );
    return undefined;
  } finally {
    await executor.close();
  }
}

/** The command that continues a stopped run. */
const continuing = (
  name: string,
  path: string,
  { data, select, device }: RunCommandOptions,
): string =>
  [
    `onnx-distill run ${name} --resume --out ${path}`,
    ...(data ? [`--data ${data}`] : []),
    ...(select === "last" ? [] : [`--select ${select}`]),
    ...(device ? [`--device ${device}`] : []),
  ].join(" ");

/** Weights of a fixed initialisation, as PyTorch reads them. */
async function writeInitial(directory: RunDirectory, problem: Problem): Promise<void> {
  if (problem.recipe.initialization !== "fixed") return;
  const known = initialParameters(problem, "training", 0);
  const tensors = problem.network.parameters.map(
    ({ name, shape }) => [name, float32Tensor(known.get(name)!, [...shape])] as const,
  );
  await directory.write(
    "initial.safetensors",
    encodeSafetensors(new Map(tensors), { format: "pt" }),
  );
}

/** Where the learned values start: an earlier run's result, or what the recipe says. */
async function startOf(problem: Problem): Promise<RawDistilled> {
  const initial = initialDistilled(problem);
  const { images } = problem.recipe;
  if (!images.startsWith("run:")) return initial;
  const folder = images.slice("run:".length);
  const earlier = decodeDistilled(
    await (await RunDirectory.open(folder)).read("distilled.safetensors"),
  );
  for (const key of ["images", "labels"] as const) {
    if (earlier[key].length !== initial[key].length) {
      throw new UsageError(
        `images: the run in ${folder} has ${key} [${earlier.shapes[key]}], which this recipe cannot start from`,
      );
    }
  }
  const rates =
    earlier.learningRates.length === initial.rawRates.length
      ? earlier.learningRates.map(inverseSoftplus)
      : initial.rawRates;
  return { images: earlier.images, labels: earlier.labels, rawRates: rates };
}

const commandLine = (): string => ["onnx-distill", ...process.argv.slice(2)].join(" ");

const asJson = ({ run, iterations, seconds, ...accuracies }: RunSummary) => ({
  run,
  iterations,
  seconds,
  ...accuraciesJson(accuracies),
});

const asText = (summary: RunSummary): string =>
  formatTable([
    ...accuracyRows(summary),
    ["training time", formatDuration(summary.seconds)],
    ["report", join(summary.run, "report.html")],
  ]);

/** Over seeds: each run's accuracies count as one. */
function overSeeds(summaries: readonly RunSummary[]): Accuracies {
  const of = (pick: (summary: RunSummary) => Statistic) =>
    statistic(summaries.map((summary) => pick(summary).mean));
  return {
    before: of(({ before }) => before),
    accuracy: of(({ accuracy }) => accuracy),
    baseline: { name: summaries[0]!.baseline.name, ...of(({ baseline }) => baseline) },
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
  return `${runs}\n\nOver seeds:\n${formatTable(accuracyRows(overSeeds(summaries)))}`;
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

const parseSeeds = (text: string): number[] => [...new Set(text.split(",").map(parseCount(0)))];

function parseSelect(text: string): Select {
  if (text === "last" || text === "best") return text;
  throw new InvalidArgumentError("Expected last or best.");
}
