/**
 * The weights that a run keeps in its folder: the known ones of a fixed initialisation as initial.safetensors,
 * initial-1.safetensors and so on, and in networks/ those that it samples from, where they came out of files.
 */
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { knownParameters } from "../distill/initialization.ts";
import type { Parameters, Problem } from "../distill/problem.ts";
import { isFixed, knownNetworks } from "../distill/recipe.ts";
import { networkFileName } from "./networkFolder.ts";
import { NETWORKS, type RunDirectory } from "./runDirectory.ts";
import { namedTensors, readNetwork } from "./weights/fitParameters.ts";
import { encodeNamedTensors } from "./weights/writeParameters.ts";

/** Name of a known network's file. */
export const initialFileName = (number: number): string =>
  number === 0 ? "initial.safetensors" : `initial-${number}.safetensors`;

const sampledFileName = (number: number): string => join(NETWORKS, networkFileName(number));

export interface Start {
  /** Whether the problem's pre-trained networks came out of files of weights. */
  readonly fromFiles: boolean;
  /** Whether the run is continued after a checkpoint. */
  readonly begun: boolean;
}

/**
 * Keeps in the run's folder what it starts from, as PyTorch reads it: known weights, and networks out of files. Networks
 * that are trained here are not kept, since they can be trained again.
 * @throws when the run began from others.
 */
export async function keepWeights(
  directory: RunDirectory,
  problem: Problem,
  { fromFiles, begun }: Start,
): Promise<void> {
  const { recipe, pretrained } = problem;
  if (isFixed(recipe))
    return keepEach(directory, problem, knownParameters(problem), initialFileName);
  const kept = await sampledCount(directory);
  if (fromFiles && begun && kept === 0) {
    throw new Error(
      `${directory.path} keeps no networks, so it did not begin from files of weights: leave out --weights, or name the folder of networks that it began from`,
    );
  }
  if (!fromFiles && kept === 0) return;
  await mkdir(join(directory.path, NETWORKS), { recursive: true });
  await keepEach(directory, problem, pretrained, sampledFileName);
}

async function keepEach(
  directory: RunDirectory,
  { network }: Problem,
  networks: readonly Parameters[],
  nameOf: (number: number) => string,
): Promise<void> {
  for (const [number, parameters] of networks.entries()) {
    const file = nameOf(number);
    const bytes = encodeNamedTensors(file, namedTensors(network, parameters));
    const before = await directory.read(file).catch(() => undefined);
    if (before && Buffer.compare(before, bytes) !== 0) {
      throw new Error(
        `${join(directory.path, file)}: the run began from other weights than it is given now; leave out --weights to continue with its own`,
      );
    }
    if (!before) await directory.write(file, bytes);
  }
}

/**
 * The problem of a run with the weights that it kept; one whose run keeps none, or did not begin yet, is returned as it
 * is.
 */
export async function withKeptWeights(directory: RunDirectory, problem: Problem): Promise<Problem> {
  const { recipe } = problem;
  if (recipe.initialization === "fixed-pretrained")
    return withFiles(directory, problem, knownNetworks(recipe), initialFileName);
  if (recipe.initialization === "random-pretrained")
    return withFiles(directory, problem, await sampledCount(directory), sampledFileName);
  return problem;
}

async function withFiles(
  directory: RunDirectory,
  problem: Problem,
  count: number,
  nameOf: (number: number) => string,
): Promise<Problem> {
  const pretrained: Parameters[] = [];
  for (let number = 0; number < count; number++) {
    if (!(await directory.has(nameOf(number)))) return problem;
    pretrained.push(await readNetwork(join(directory.path, nameOf(number)), problem.network));
  }
  return count === 0 ? problem : { ...problem, pretrained };
}

/** Whether a run's folder has weights that it starts from. */
export const keepsWeights = async (directory: RunDirectory): Promise<boolean> =>
  (await directory.has(initialFileName(0))) || (await sampledCount(directory)) > 0;

/** How many networks the run samples from are in its folder. */
async function sampledCount({ path }: RunDirectory): Promise<number> {
  const names: string[] = await readdir(join(path, NETWORKS)).catch(() => []);
  return names.filter((name) => /^network-\d{4,}\.safetensors$/.test(name)).length;
}
