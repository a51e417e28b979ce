/** The pre-trained networks that a recipe starts from, out of their folder. */
import { basename, extname, join } from "node:path";
import { convertDataset } from "../data/convert.ts";
import { type Statistic, statistic } from "../distill/evaluate.ts";
import { pretrainedNetworkCount } from "../distill/initialization.ts";
import type { Pretraining } from "../distill/pretraining.ts";
import type { Parameters, Problem } from "../distill/problem.ts";
import { isFixed, isModel, isPretrained, pretrainingOf, RecipeError } from "../distill/recipe.ts";
import type { Executor } from "../runtime/executor.ts";
import { NetworkFolder } from "./networkFolder.ts";
import {
  missingNetworks,
  type PretrainingOptions,
  pretrainedNetworks,
} from "./pretrainedNetworks.ts";
import { type DataOptions, loadRecipeData } from "./recipeData.ts";
import { readNetwork } from "./weights/fitParameters.ts";
import { weightFiles } from "./weights/weightFiles.ts";

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
  /**
   * Folder of the networks, `weights/<network>-<data>` by default; or files of weights, or folders of such, a network
   * each in this order.
   */
  readonly weights?: string | readonly string[];
  /** Networks that will be evaluated, instead of as many as the recipe says. */
  readonly evaluated?: number;
  /** The networks are those of files of weights. */
  onFiles?(files: readonly string[]): void;
  onBegin?(networks: StartingNetworks): void;
  /** All are there; `accuracy` on the test images of their own data. */
  onReady?(accuracy: Statistic): void;
}

/** Where networks are kept unless the user says otherwise. */
export const weightsFolder = (network: string, data: string, root = "weights"): string =>
  join(root, `${network}-${basename(data, extname(data))}`);

/**
 * The problem with its pre-trained networks: those of files, or those of a folder, what it lacks trained and stored
 * there. A problem that has its networks keeps them unless others are given. One that starts from weights of its
 * own is returned as it is.
 * @throws {RecipeError} when the networks or their data do not fit the problem, or nothing says where they come from.
 * @throws the signal's reason once it is aborted.
 */
export async function withPretrained(
  problem: Problem,
  executor: Executor,
  options: StartingOptions,
): Promise<Problem> {
  const { recipe, network } = problem;
  const paths = [options.weights ?? []].flat();
  if (!isPretrained(recipe)) {
    if (paths.length === 0) return problem;
    throw new RecipeError(
      `weights: a ${recipe.initialization} initialization draws its own, ${paths.join(", ")} would not be used; set initialization to fixed-pretrained`,
    );
  }
  if (paths.length === 0 && problem.pretrained.length > 0) return withKept(problem, options);
  const files = paths.length > 0 && (await weightFiles(paths, recipe.pretraining !== undefined));
  if (files) return withFiles(problem, files, options);
  const { data } = pretrainingOf(recipe);
  const pretraining = await loadPretraining(problem, options);
  const path = paths[0] ?? weightsFolder(network.name, data);
  const folder = await NetworkFolder.open(path, pretraining);
  const count = pretrainedNetworkCount(recipe, options.evaluated);
  const missing = missingNetworks(folder, count).length;
  options.onBegin?.({ folder: path, count, missing, data: pretraining.dataset.name });
  const networks = await pretrainedNetworks(folder, pretraining, count, executor, options);
  options.onReady?.(statistic(networks.map(({ testAccuracy }) => testAccuracy)));
  return { ...problem, pretrained: networks.map(({ parameters }) => parameters) };
}

/** @throws {RecipeError} when a problem has fewer networks than it samples from. */
function withKept(problem: Problem, { evaluated }: StartingOptions): Problem {
  const { recipe, pretrained } = problem;
  const count = pretrainedNetworkCount(recipe, evaluated);
  if (isFixed(recipe) || pretrained.length >= count) return problem;
  throw new RecipeError(
    `weights: the run keeps ${pretrained.length} networks, but ${count} are needed; name files of as many with --weights`,
  );
}

/** The problem with the networks of files of weights, as many as it needs. */
async function withFiles(
  problem: Problem,
  files: readonly string[],
  { evaluated, signal, onFiles }: StartingOptions,
): Promise<Problem> {
  const { recipe, network } = problem;
  const count = pretrainedNetworkCount(recipe, evaluated);
  if (files.length < count || (isFixed(recipe) && files.length > count)) {
    throw new RecipeError(
      isFixed(recipe)
        ? `knownNetworks: ${count}, but weights of ${files.length} were given; set it to ${files.length}`
        : `weights: ${files.length} files, but ${count} are needed, ${pretrainingOf(recipe).networks} to distil and the others for the curve and the evaluation; lower pretraining.networks, evaluation.networks or evaluation.testNetworks`,
    );
  }
  const layer = isModel(recipe) ? undefined : recipe.model?.head;
  const head = layer === undefined ? undefined : { layer, seed: recipe.seed };
  const used = files.slice(0, count);
  onFiles?.(used);
  const pretrained: Parameters[] = [];
  for (const file of used) {
    signal?.throwIfAborted();
    pretrained.push(await readNetwork(file, network, head));
  }
  return { ...problem, pretrained };
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
