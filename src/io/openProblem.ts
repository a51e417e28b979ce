/** The problem of a recipe, its data and its model read from files. */
import { createProblem, logitsOf, type Problem } from "../distill/problem.ts";
import { isModel, type Recipe } from "../distill/recipe.ts";
import { imageInput } from "../onnx/import/images.ts";
import { describing, readModelFile } from "./modelFile.ts";
import { networkOfModel } from "./openModel.ts";
import { type DataOptions, loadRecipeData } from "./recipeData.ts";

/**
 * Loads data and model of a recipe. Images are converted to what a model takes, unless the recipe says their shape.
 * @throws {RecipeError} when the recipe does not fit the data.
 * @throws {ModelError} when the model cannot be read or distilled against.
 * @throws Error when data are missing or damaged.
 */
export async function openProblem(recipe: Recipe, options: DataOptions = {}): Promise<Problem> {
  if (!isModel(recipe)) return createProblem(recipe, await loadRecipeData(recipe, options));
  const path = recipe.network;
  const file = await readModelFile(path);
  const { shape } = describing(path, () => imageInput(file, recipe.input));
  const { imageSize = null, input = shape } = recipe;
  const size = imageSize ?? (shape[1] === shape[2] ? shape[1] : null);
  const dataset = await loadRecipeData({ ...recipe, imageSize: size, input: [...input] }, options);
  const { head, ...choices } = recipe.model ?? {};
  const given = networkOfModel(path, file, {
    ...choices,
    seed: recipe.seed,
    input: shape,
    head: head === undefined ? undefined : { layer: head, classes: logitsOf(recipe, dataset) },
  });
  return createProblem(recipe, dataset, given);
}
