/** A recipe from its start or a checkpoint to its report: what the `run` command does, without the printing. */

import type { Dataset } from "../data/dataset.ts";
import { attackOutcome } from "../distill/attack.ts";
import {
  type Distilled,
  initialDistilled,
  inverseSoftplus,
  type RawDistilled,
} from "../distill/distilled.ts";
import type { Layout } from "../distill/layout.ts";
import { type Plan, planMetaGradient } from "../distill/plan.ts";
import type { Problem } from "../distill/problem.ts";
import { type Recipe, RecipeError } from "../distill/recipe.ts";
import {
  distil,
  evaluateBaseline,
  evaluateDistilled,
  type OnNetwork,
  type RunOptions,
  type Select,
} from "../distill/run.ts";
import { initialState } from "../distill/trainer.ts";
import { transferReport } from "../distill/transfer.ts";
import type { Executor } from "../runtime/executor.ts";
import { interruptible } from "../runtime/interruptible.ts";
import { decodeDistilled, encodeDistilled } from "./distilledFile.ts";
import { keepWeights, withKeptWeights } from "./keptWeights.ts";
import { openProblem } from "./openProblem.ts";
import type { DataOptions } from "./recipeData.ts";
import { RunDirectory } from "./runDirectory.ts";
import { drawImages, picturing, type RunSummary, writeReport } from "./runReport.ts";
import { type StartingOptions, withPretrained } from "./startingNetworks.ts";

/** What is computed on, and how much of it. */
export interface Resources {
  readonly executor: Executor;
  /** Bytes that all workers together may use. */
  readonly memory: number;
}

export interface RecipeRunOptions extends DataOptions {
  readonly recipe: Recipe;
  /** Folder of the run. */
  readonly path: string;
  /** The run to continue, opened; a new one is made in `path` without it. */
  readonly directory?: RunDirectory;
  /** Where pre-trained networks are, or will be; and what is told of them. */
  readonly starting?: Pick<
    StartingOptions,
    "weights" | "onFiles" | "onBegin" | "onProgress" | "onReady"
  >;
  readonly select?: Select;
  /** Whether it is also measured what the images are good for outside their recipe; by default it is. */
  readonly transfer?: boolean;
  /** Stops after the iteration or network in progress, everything saved. */
  readonly signal?: AbortSignal;
  /** Makes the executor; a continued run asks for the layout that its numbers depend on. The run closes it. */
  startResources(problem: Problem, layout?: Layout): Promise<Resources>;
  /** What summary.json says of the circumstances. */
  readonly circumstances: Pick<RunSummary, "command" | "versions"> & {
    machine(device: string): RunSummary["machine"];
  };
  onStart?(start: { dataset: Dataset; plan: Plan; executor: Executor }): void;
  readonly onIteration?: RunOptions["onIteration"];
  /** Training is over and the images are saved. */
  onTrained?(): void;
  onNetwork?(what: string, ...progress: Parameters<OnNetwork>): void;
}

/** How far a run came; what is missing after a stop is done when it is continued. */
export type RecipeRunResult =
  | { readonly stoppedIn: "pre-training" | "training" | "evaluation" }
  | { readonly stoppedIn?: undefined; readonly summary: RunSummary };

/**
 * Runs a recipe and leaves its folder complete: images, summary, pictures and report.
 * @throws {RecipeError} when the recipe does not fit the data, and {DeviceError} when the device is not available,
 *   both before any file is written.
 * @throws {DivergenceError} when the gradient is not finite any more; the last good state is saved.
 */
export async function runRecipe(options: RecipeRunOptions): Promise<RecipeRunResult> {
  const { recipe, path, signal, select = "last" } = options;
  const resume = await options.directory?.resume();
  const created = await openProblem(recipe, options);
  const untrained = options.directory ? await withKeptWeights(options.directory, created) : created;
  const { dataset } = untrained;
  const start = initialState(untrained, await startOf(untrained));
  const { executor, memory } = await options.startResources(untrained, resume?.layout);
  let stage: "pre-training" | "evaluation" = "pre-training";
  let fromFiles = false;
  try {
    const { dataDir, skipBad, cacheDir, onDecoded, starting } = options;
    const data = { dataDir, skipBad, cacheDir, onDecoded };
    const problem = await withPretrained(untrained, executor, {
      ...data,
      ...starting,
      signal,
      onFiles: (files) => {
        fromFiles = true;
        starting?.onFiles?.(files);
      },
    });
    stage = "evaluation";
    const plan = planMetaGradient(problem, {
      target: executor.target,
      lanes: executor.lanes,
      memory,
      kind: resume?.layout.plan,
      splits: resume?.layout.splits,
    });
    await executor.prepare(plan.kind === "unrolled" ? plan.metaGradient : plan.innerStepVjp);
    const directory = options.directory ?? (await RunDirectory.create(path, recipe));
    await keepWeights(directory, problem, { fromFiles, begun: resume !== undefined });
    options.onStart?.({ dataset, plan, executor });
    const trained = await distil(problem, {
      executor,
      plan,
      storage: picturing(directory, problem),
      resume,
      start,
      select,
      signal,
      onIteration: options.onIteration,
    });
    if (!trained.finished) return { stoppedIn: "training" };
    await directory.write("distilled.safetensors", encodeDistilled(problem, trained.distilled));
    await drawImages(directory, problem, trained.distilled);
    options.onTrained?.();
    const { command, versions, machine } = options.circumstances;
    const summary: RunSummary = {
      run: path,
      iterations: recipe.outer.iterations,
      seconds: trained.seconds,
      ...(await measure(problem, executor, trained.distilled, options)),
      selected: { select, iteration: trained.iteration },
      command,
      versions,
      machine: machine(executor.device),
      ...(dataset.skipped ? { skipped: dataset.skipped } : {}),
    };
    await directory.write("summary.json", `${JSON.stringify(summary, undefined, 2)}\n`);
    await writeReport(directory, problem, summary);
    return { summary };
  } catch (error) {
    if (signal?.aborted && error === signal.reason) return { stoppedIn: stage };
    throw error;
  } finally {
    await executor.close();
  }
}

/** Test accuracies before and after training, the baseline's, and those outside the recipe. */
async function measure(
  problem: Problem,
  executor: Executor,
  distilled: Distilled,
  { signal, onNetwork, transfer: wanted = true }: RecipeRunOptions,
): Promise<Pick<RunSummary, "before" | "accuracy" | "baseline" | "attack" | "transfer">> {
  const stoppable = signal ? interruptible(executor, signal) : executor;
  const show =
    (what: string): OnNetwork =>
    (done, total) =>
      onNetwork?.(what, done, total);
  const about = show("before and after training");
  const { before, after } = await evaluateDistilled(
    problem,
    stoppable,
    distilled,
    undefined,
    about,
  );
  const baseline = await evaluateBaseline(problem, stoppable, show("random real images"));
  const transfer = wanted
    ? await transferReport(problem, stoppable, distilled, { onNetwork: show("outside the recipe") })
    : undefined;
  return {
    before: before.accuracy,
    accuracy: after.accuracy,
    baseline,
    attack: attackOutcome(problem, before.attack, after.attack),
    transfer,
  };
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
      throw new RecipeError(
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
