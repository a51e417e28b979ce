/** The problem of a recipe, its data and its model read from files. */
import type { Dataset } from "../data/dataset.ts";
import { createProblem, type GivenNetwork, type Problem } from "../distill/problem.ts";
import { isModel, type Recipe } from "../distill/recipe.ts";
import { readModelFile } from "./modelFile.ts";
import { formForModel, recipeNetwork } from "./modelNetwork.ts";
import { type DataOptions, loadRecipeData } from "./recipeData.ts";

/** What a recipe says of its data and its network. */
export type DataAndNetwork = Pick<
  Recipe,
  "data" | "imageSize" | "input" | "seed" | "preprocessing" | "network" | "model" | "loss"
>;

/**
 * Loads data and, where the network is one, the model. Images are converted to what a model takes, unless the recipe
 * says their shape.
 * @throws {RecipeError} when they do not fit each other.
 * @throws {ModelError} when the model cannot be read or distilled against.
 * @throws Error when data are missing or damaged.
 */
export async function openDataAndNetwork(
  wanted: DataAndNetwork,
  options: DataOptions = {},
): Promise<{ dataset: Dataset; given?: GivenNetwork }> {
  if (!isModel(wanted)) return { dataset: await loadRecipeData(wanted, options) };
  const file = await readModelFile(wanted.network);
  const form = formForModel(wanted, file);
  const dataset = await loadRecipeData(form, options);
  return { dataset, given: recipeNetwork(form, file, dataset) };
}

/**
 * The problem of a recipe.
 * @throws the errors of `openDataAndNetwork` and `createProblem`.
 */
export async function openProblem(recipe: Recipe, options: DataOptions = {}): Promise<Problem> {
  const { dataset, given } = await openDataAndNetwork(recipe, options);
  return createProblem(recipe, dataset, given);
}
