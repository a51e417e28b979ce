/** The known weights of a run with a fixed initialisation: initial.safetensors, initial-1.safetensors and so on. */
import { join } from "node:path";
import { knownParameters } from "../distill/initialization.ts";
import type { Parameters, Problem } from "../distill/problem.ts";
import { isFixed, knownNetworks } from "../distill/recipe.ts";
import type { RunDirectory } from "./runDirectory.ts";
import { namedTensors, readNetwork } from "./weights/fitParameters.ts";
import { encodeNamedTensors } from "./weights/writeParameters.ts";

/**
 * Keeps the known weights in the run's folder, as PyTorch reads them.
 * @throws when the run began from others.
 */
export async function writeInitial(directory: RunDirectory, problem: Problem): Promise<void> {
  if (!isFixed(problem.recipe)) return;
  for (const [number, known] of knownParameters(problem).entries()) {
    const file = fileOf(number);
    const bytes = encodeNamedTensors(file, namedTensors(problem.network, known));
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
 * The problem of a run that started from given known weights, with these; others are returned as they are, and so are
 * runs that did not begin yet.
 */
export async function withInitial(directory: RunDirectory, problem: Problem): Promise<Problem> {
  const { recipe, network } = problem;
  if (recipe.initialization !== "fixed-pretrained") return problem;
  const pretrained: Parameters[] = [];
  for (let number = 0; number < knownNetworks(recipe); number++) {
    const file = fileOf(number);
    if (!(await directory.has(file))) return problem;
    pretrained.push(await readNetwork(join(directory.path, file), network));
  }
  return { ...problem, pretrained };
}

const fileOf = (number: number): string =>
  number === 0 ? "initial.safetensors" : `initial-${number}.safetensors`;
