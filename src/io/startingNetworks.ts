/** The pre-trained networks that a recipe starts from, out of their folder. */
import { basename, extname, join } from "node:path";
import { convertDataset } from "../data/convert.ts";
import { type Statistic, statistic } from "../distill/evaluate.ts";
import { pretrainedNetworkCount } from "../distill/initialization.ts";
import type { Pretraining } from "../distill/pretraining.ts";
import type { Problem } from "../distill/problem.ts";
import { isPretrained, pretrainingOf, RecipeError } from "../distill/recipe.ts";
import type { Executor } from "../runtime/executor.ts";
import { NetworkFolder } from "./networkFolder.ts";
import {
  missingNetworks,
  type PretrainingOptions,
  pretrainedNetworks,
} from "./pretrainedNetworks.ts";
import { type DataOptions, loadRecipeData } from "./recipeData.ts";

/** Pre-trained networks, about to be used or trained. */
export interface StartingNetworks {
  readonly folder: string;
  /** How many are needed. */
  readonly count: number;
  /** How many of them are trained first. */
  readonly missing: number;
  /** Name of the data that they are trained on. */
  readonly data: string;
}

export interface StartingOptions extends PretrainingOptions, Omit<DataOptions, "signal"> {
  /** Folder of the networks; `weights/<network>-<data>` by default. */
  readonly weights?: string;
  /** Networks that will be evaluated, instead of as many as the recipe says. */
  readonly evaluated?: number;
  onBegin?(networks: StartingNetworks): void;
  /** All are there; `accuracy` on the test images of their own data. */
  onReady?(accuracy: Statistic): void;
}

/** Where networks are kept unless the user says otherwise. */
export const weightsFolder = (network: string, data: string, root = "weights"): string =>
  join(root, `${network}-${basename(data, extname(data))}`);

/**
 * The problem with its pre-trained networks: those of the folder, what it lacks trained and stored there. Problems
 * that start from other weights are returned as they are.
 * @throws {RecipeError} when the networks' data do not fit the problem.
 * @throws the signal's reason once it is aborted.
 */
export async function withPretrained(
  problem: Problem,
  executor: Executor,
  options: StartingOptions,
): Promise<Problem> {
  const { recipe, network } = problem;
  if (!isPretrained(recipe)) return problem;
  const { data } = pretrainingOf(recipe);
  const pretraining = await loadPretraining(problem, options);
  const path = options.weights ?? weightsFolder(network.name, data);
  const folder = await NetworkFolder.open(path, pretraining);
  const count = pretrainedNetworkCount(recipe, options.evaluated);
  const missing = missingNetworks(folder, count).length;
  options.onBegin?.({ folder: path, count, missing, data: pretraining.dataset.name });
  const networks = await pretrainedNetworks(folder, pretraining, count, executor, options);
  options.onReady?.(statistic(networks.map(({ testAccuracy }) => testAccuracy)));
  return { ...problem, pretrained: networks.map(({ parameters }) => parameters) };
}

/** How the problem's networks are trained, on data of the shape that they take. */
export async function loadPretraining(
  { recipe, network, loss, dataset }: Problem,
  options: DataOptions,
): Promise<Pretraining> {
  const { data, seed, epochs, batch, rate, decayEvery } = pretrainingOf(recipe);
  const loaded = await loadRecipeData({ data, imageSize: recipe.imageSize, seed }, options);
  if (loaded.classes.length !== dataset.classes.length) {
    throw new RecipeError(
      `pretraining.data: ${loaded.name} has ${loaded.classes.length} classes, but ${dataset.name} has ${dataset.classes.length}`,
    );
  }
  return {
    network,
    loss,
    dataset: convertDataset(loaded, network.input),
    schedule: { epochs, batch, rate, decayEvery },
    seed,
  };
}
