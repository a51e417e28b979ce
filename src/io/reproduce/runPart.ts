/** One part of a study: its run, from its start or where it was stopped, then its baselines. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MissingDataError } from "../../data/missingData.ts";
import type { BaselineEntry } from "../../distill/baselines/entries.ts";
import { measureBaselines } from "../../distill/baselines/measureBaselines.ts";
import { isPretrained, type Recipe } from "../../distill/recipe.ts";
import type { PlannedPart } from "../../distill/studies/plannedParts.ts";
import { interruptible } from "../../runtime/interruptible.ts";
import { openFinishedRun } from "../finishedRun.ts";
import { type RecipeRunOptions, runRecipe } from "../recipeRun.ts";
import { RunDirectory } from "../runDirectory.ts";
import type { RunSummary } from "../runReport.ts";
import { weightsFolder, withPretrained } from "../startingNetworks.ts";
import { partCommands } from "./commands.ts";
import { type PartResult, runFolder } from "./partResult.ts";

/** What a study hands to each of its runs. */
export interface PartOptions
  extends Omit<RecipeRunOptions, "recipe" | "path" | "directory" | "starting" | "circumstances"> {
  /** Folder of the study. */
  readonly path: string;
  /** Folder of folders of pre-trained networks, by network and data. */
  readonly weightsRoot: string;
  /** What is told of pre-trained networks. */
  readonly starting?: Omit<NonNullable<RecipeRunOptions["starting"]>, "weights">;
  readonly circumstances: Omit<RecipeRunOptions["circumstances"], "command">;
  /** Called whenever something else of the baselines begins. */
  onStage?(what: string): void;
}

/**
 * Runs a part; undefined when it was stopped, and the same call continues.
 * @throws {MissingDataError} when its data are not there.
 * @throws the errors of `runRecipe` and `measureBaselines`.
 */
export async function runPart(
  planned: PlannedPart,
  options: PartOptions,
): Promise<PartResult | undefined> {
  const { comparison, part, seed, recipe } = planned;
  const began = performance.now();
  const run = runFolder(options.path, planned);
  const weights = weightsOf(recipe, options.weightsRoot);
  const commands = partCommands({ recipe, comparison, run, dataDir: options.dataDir, weights });
  const summary = (await finishedSummary(run)) ?? (await summaryOf(planned, commands[0]!, options));
  if (!summary) return undefined;
  const trained = performance.now();
  const baselines = comparison === "baselines" ? await baselinesOf(run, recipe, options) : [];
  const ended = performance.now();
  return {
    part: part.name,
    seed,
    comparison,
    recipe,
    summary,
    baselines,
    seconds: {
      training: summary.seconds,
      baselines: (ended - trained) / 1000,
      session: (ended - began) / 1000,
    },
    commands,
  };
}

/**
 * The folder of the networks that a recipe trains first, or the checkpoint of one that it does not.
 * @throws {MissingDataError} when there is no such checkpoint.
 */
function weightsOf(recipe: Recipe, root: string): string | undefined {
  const { network } = recipe;
  if (!isPretrained(recipe)) return undefined;
  if (recipe.pretraining) return weightsFolder(network, recipe.pretraining.data, root);
  const checkpoint = join(root, `${network}.pth`);
  if (existsSync(checkpoint)) return checkpoint;
  throw new MissingDataError(
    `the weights of ${network} are not there: put its checkpoint into ${checkpoint}; models/manifest.json says where it comes from`,
  );
}

/** The summary of a run that was finished before its baselines were. */
async function finishedSummary(run: string): Promise<RunSummary | undefined> {
  const text = await readFile(join(run, "summary.json"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

async function summaryOf(
  planned: PlannedPart,
  command: string,
  options: PartOptions,
): Promise<RunSummary | undefined> {
  const { recipe } = planned;
  const run = runFolder(options.path, planned);
  const result = await runRecipe({
    ...options,
    recipe,
    path: run,
    transfer: planned.transfer,
    directory: (await RunDirectory.isUnused(run)) ? undefined : await RunDirectory.open(run),
    starting: { ...options.starting, weights: weightsOf(recipe, options.weightsRoot) },
    circumstances: { ...options.circumstances, command },
  });
  return result.stoppedIn === undefined ? result.summary : undefined;
}

async function baselinesOf(
  run: string,
  recipe: Recipe,
  options: PartOptions,
): Promise<BaselineEntry[]> {
  const { dataDir, skipBad, cacheDir, onDecoded, signal, onNetwork, onStage } = options;
  const data = { dataDir, skipBad, cacheDir, onDecoded, signal };
  const { problem: untrained, distilled } = await openFinishedRun(run, data);
  const { executor } = await options.startResources(untrained);
  try {
    const weights = weightsOf(recipe, options.weightsRoot);
    const problem = await withPretrained(untrained, executor, { ...data, weights });
    return await measureBaselines(problem, signal ? interruptible(executor, signal) : executor, {
      networks: recipe.evaluation.testNetworks,
      distilled,
      signal,
      onNetwork,
      onStage,
    });
  } finally {
    await executor.close();
  }
}
