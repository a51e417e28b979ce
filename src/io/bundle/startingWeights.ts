/** Weights that a bundle's accuracy was measured from, where others cannot draw them. */
import { readdir } from "node:fs/promises";
import { initialParameters, pretrainedNetworkCount } from "../../distill/initialization.ts";
import type { Parameters, Problem } from "../../distill/problem.ts";
import { isFixed, isPretrained, knownNetworks, pretrainingOf } from "../../distill/recipe.ts";
import { initialFileName } from "../keptWeights.ts";
import { NetworkFolder, networkFileName } from "../networkFolder.ts";
import { missingNetworks } from "../pretrainedNetworks.ts";
import type { DataOptions } from "../recipeData.ts";
import type { RunDirectory } from "../runDirectory.ts";
import { loadPretraining, weightsFolder } from "../startingNetworks.ts";
import { encodeNetwork } from "../weights/encodeNetwork.ts";

/** Files of the bundle by name; empty where networks are drawn, or held-out ones were not found. */
export type WeightFiles = ReadonlyMap<string, Uint8Array>;

export interface WeightOptions extends DataOptions {
  /** Folder of the pre-trained networks; `weights/<network>-<data>` by default. */
  readonly weights?: string;
}

/**
 * The known networks of a fixed initialisation, as the run wrote them, or the pre-trained ones that were held out for
 * the evaluation of `evaluated` networks.
 * @throws when the run lacks its known networks, or the named folder some of those that were held out.
 */
export async function startingWeights(
  directory: RunDirectory,
  problem: Problem,
  evaluated: number,
  options: WeightOptions,
): Promise<WeightFiles> {
  const { recipe } = problem;
  if (isFixed(recipe)) return knownWeights(directory, knownNetworks(recipe));
  return isPretrained(recipe) ? heldOutWeights(problem, evaluated, options) : new Map();
}

async function knownWeights(directory: RunDirectory, count: number): Promise<WeightFiles> {
  const files = new Map<string, Uint8Array>();
  for (let number = 0; number < count; number++) {
    const name = initialFileName(number);
    const bytes = await directory.read(name).catch(() => {
      throw new Error(
        `${directory.path} lacks ${name}, which its initialisation starts from: run the recipe again`,
      );
    });
    files.set(name, bytes);
  }
  return files;
}

/** Of the networks that the run keeps, or of those in a folder. */
async function heldOutWeights(
  problem: Problem,
  evaluated: number,
  options: WeightOptions,
): Promise<WeightFiles> {
  const { recipe, network } = problem;
  const count = pretrainedNetworkCount(recipe, evaluated);
  const pretrained =
    options.weights === undefined && problem.pretrained.length >= count
      ? problem.pretrained
      : await trainedNetworks(problem, count, options);
  if (pretrained.length === 0) return new Map();
  return new Map(
    Array.from({ length: evaluated }, (_, i) => [
      `networks/${networkFileName(count - evaluated + i)}`,
      encodeNetwork(network, initialParameters({ ...problem, pretrained }, "evaluation", i)),
    ]),
  );
}

/** The first networks of their folder; none where it is not there. */
async function trainedNetworks(
  problem: Problem,
  count: number,
  options: WeightOptions,
): Promise<readonly Parameters[]> {
  const { recipe, network } = problem;
  const path = options.weights ?? weightsFolder(network.name, pretrainingOf(recipe).data);
  const isThere = (await readdir(path).catch(() => [])).length > 0;
  if (!isThere && options.weights === undefined) return [];
  const folder = await NetworkFolder.open(path, await loadPretraining(problem, options));
  const missing = missingNetworks(folder, count).length;
  if (missing > 0) {
    throw new Error(
      `${path} lacks ${missing} of the ${count} networks that ${recipe.name} was evaluated with: name their folder with --weights`,
    );
  }
  return folder.first(count).map(({ parameters }) => parameters);
}
