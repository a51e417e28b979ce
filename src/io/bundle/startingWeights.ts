/** Weights that a bundle's accuracy was measured from, where others cannot draw them. */
import { readdir } from "node:fs/promises";
import { initialParameters, pretrainedNetworkCount } from "../../distill/initialization.ts";
import type { Problem } from "../../distill/problem.ts";
import { isFixed, isPretrained, knownNetworks, pretrainingOf } from "../../distill/recipe.ts";
import { NetworkFolder } from "../networkFolder.ts";
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
    const name = number === 0 ? "initial.safetensors" : `initial-${number}.safetensors`;
    const bytes = await directory.read(name).catch(() => {
      throw new Error(
        `${directory.path} lacks ${name}, which its initialisation starts from: run the recipe again`,
      );
    });
    files.set(name, bytes);
  }
  return files;
}

async function heldOutWeights(
  problem: Problem,
  evaluated: number,
  options: WeightOptions,
): Promise<WeightFiles> {
  const { recipe, network } = problem;
  const path = options.weights ?? weightsFolder(network.name, pretrainingOf(recipe).data);
  const isThere = (await readdir(path).catch(() => [])).length > 0;
  if (!isThere && options.weights === undefined) return new Map();
  const folder = await NetworkFolder.open(path, await loadPretraining(problem, options));
  const count = pretrainedNetworkCount(recipe, evaluated);
  const missing = missingNetworks(folder, count).length;
  if (missing > 0) {
    throw new Error(
      `${path} lacks ${missing} of the ${count} networks that ${recipe.name} was evaluated with: name their folder with --weights`,
    );
  }
  const pretrained = folder.first(count).map(({ parameters }) => parameters);
  return new Map(
    Array.from({ length: evaluated }, (_, i) => [
      `networks/network-${String(count - evaluated + i).padStart(4, "0")}.safetensors`,
      encodeNetwork(
        problem.network,
        initialParameters({ ...problem, pretrained }, "evaluation", i),
      ),
    ]),
  );
}
