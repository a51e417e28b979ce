/** The problem of a recipe, its data and its model read from files. */
import type { Dataset } from "../data/dataset.ts";
import { createProblem, type GivenNetwork, logitsOf, type Problem } from "../distill/problem.ts";
import { isModel, type Recipe, RecipeError } from "../distill/recipe.ts";
import { imageInput } from "../onnx/import/images.ts";
import { describing, readModelFile } from "./modelFile.ts";
import { networkOfModel } from "./openModel.ts";
import { type DataOptions, loadRecipeData } from "./recipeData.ts";

/** What a recipe says of its data and its network. */
export type DataAndNetwork = Pick<
  Recipe,
  "data" | "imageSize" | "input" | "seed" | "preprocessing" | "network" | "model" | "loss"
>;

/**
 * Loads data and, where the network is one, the model. Images are converted to what a model takes, unless the recipe
 * says their shape. Two classes have one logit where the recipe leaves the loss open, but two where one could not be
 * negative.
 * @throws {RecipeError} when they do not fit each other.
 * @throws {ModelError} when the model cannot be read or distilled against.
 * @throws Error when data are missing or damaged.
 */
export async function openDataAndNetwork(
  wanted: DataAndNetwork,
  options: DataOptions = {},
): Promise<{ dataset: Dataset; given?: GivenNetwork }> {
  if (!isModel(wanted)) return { dataset: await loadRecipeData(wanted, options) };
  const path = wanted.network;
  const file = await readModelFile(path);
  const { shape } = describing(path, () => imageInput(file, wanted.input));
  const imageSize = wanted.imageSize ?? (shape[1] === shape[2] ? shape[1] : null);
  const dataset = await loadRecipeData(
    { ...wanted, imageSize, input: wanted.input ?? [...shape] },
    options,
  );
  const { head: layer, ...choices } = wanted.model ?? {};
  const open = (classes: number) =>
    networkOfModel(path, file, {
      ...choices,
      seed: wanted.seed,
      input: shape,
      head: layer === undefined ? undefined : { layer, classes },
    });
  const given = open(logitsOf(wanted, dataset));
  if (given.network.classes > 1 || !given.model.nonNegative) return { dataset, given };
  if (layer !== undefined && wanted.loss === "auto") {
    return { dataset, given: open(dataset.classes.length) };
  }
  throw new RecipeError(
    `loss: the only logit of ${given.network.name} is never negative, since a ReLU or its like follows it, and cannot tell two classes apart: ${layer === undefined ? "give it a new last layer with model.head=<layer>" : "set loss to softmax_cross_entropy or auto"}`,
  );
}

/**
 * The problem of a recipe.
 * @throws the errors of `openDataAndNetwork` and `createProblem`.
 */
export async function openProblem(recipe: Recipe, options: DataOptions = {}): Promise<Problem> {
  const { dataset, given } = await openDataAndNetwork(recipe, options);
  return createProblem(recipe, dataset, given);
}
