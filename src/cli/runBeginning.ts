/** Which folder and recipe a `run` has: a new one's from the command line, a continued one's from its folder. */

import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Recipe } from "../distill/recipe.ts";
import { RunDirectory } from "../io/runDirectory.ts";
import { UsageError } from "./errors.ts";
import { type RecipeOverrides, recipeFrom } from "./recipeArgument.ts";

export interface RunBeginning {
  readonly path: string;
  readonly recipe: Recipe;
  /** The run that is continued; undefined for a new one. */
  readonly directory?: RunDirectory;
}

export interface BeginningOptions extends RecipeOverrides {
  readonly out?: string;
  readonly resume?: boolean;
  /** One of several seeds: those that were not begun yet are, when the others are resumed. */
  readonly several: boolean;
}

/**
 * @throws when a new run's folder is in use, or a folder to resume in holds no run.
 * @throws {UsageError} for an unknown recipe, or when a resumed run is asked to change.
 */
export async function runBeginning(name: string, options: BeginningOptions): Promise<RunBeginning> {
  const path = options.out ?? defaultPath(await recipeFrom(name, options));
  if (options.resume && !(options.several && (await RunDirectory.isUnused(path)))) {
    const directory = await RunDirectory.open(path);
    const recipe = await directory.recipe();
    await expectUnchanged(name, recipe, options);
    return { path, recipe, directory };
  }
  await RunDirectory.expectUnused(path);
  return { path, recipe: await recipeFrom(name, options) };
}

const defaultPath = ({ name, seed }: Recipe): string => join("runs", `${name}-${seed}`);

/** A run continues by its own recipe: what the command line says of it must say the same. */
async function expectUnchanged(
  name: string,
  recipe: Recipe,
  options: BeginningOptions,
): Promise<void> {
  const { set = [], seed = recipe.seed, iterations = recipe.outer.iterations } = options;
  if (iterations !== recipe.outer.iterations) {
    throw new UsageError(
      `--resume continues to the recipe's ${recipe.outer.iterations} iterations, which its schedule depends on; ` +
        "for a longer run start anew with --set images=run:<folder>",
    );
  }
  const same =
    set.length === 0
      ? seed === recipe.seed
      : isDeepStrictEqual(await recipeFrom(name, { set, seed, iterations }), recipe);
  if (!same) {
    throw new UsageError(
      "--resume continues a run as it was begun: leave out --set and --seed, or start a new run",
    );
  }
}
