/** A model that was read, as the network of a recipe. */
import type { Dataset } from "../data/dataset.ts";
import { importedNetwork } from "../distill/importedNetwork.ts";
import type { ImageForm } from "../distill/prepareData.ts";
import { type GivenNetwork, logitsOf } from "../distill/problem.ts";
import type { Recipe } from "../distill/recipe.ts";
import { imageInput } from "../onnx/import/images.ts";
import { type ImportedModel, type ImportOptions, importModel } from "../onnx/import/importModel.ts";
import type { ModelFile } from "../onnx/modelFile.ts";
import { describing } from "./modelError.ts";

export interface OpenModel extends GivenNetwork {
  readonly model: ImportedModel;
}

export interface OpenModelOptions extends ImportOptions {
  /** Draws the weights of a new head. */
  readonly seed?: number;
}

/**
 * A model as a network called like its file.
 * @throws {ModelError} when it cannot be distilled against.
 */
export function networkOfModel(
  path: string,
  file: ModelFile,
  { seed = 0, ...options }: OpenModelOptions,
): OpenModel {
  const model = describing(path, () => importModel(file, options));
  return { model, ...importedNetwork(nameOf(path), model, seed) };
}

const nameOf = (path: string): string => path.replace(/^.*[\\/]/, "").replace(/\.[^.]+$/, "");

/** What a recipe says of its network, its images and their labels. */
type RecipeModel = Pick<Recipe, "network" | "model" | "loss" | "seed"> & ImageForm;

/**
 * The form of the images that the model of a recipe takes, unless the recipe says it.
 * @throws {ModelError} when the model takes no images.
 */
export function formForModel<T extends RecipeModel>(recipe: T, file: ModelFile): T {
  const { shape } = describing(recipe.network, () => imageInput(file, recipe.input));
  return {
    ...recipe,
    imageSize: recipe.imageSize ?? (shape[1] === shape[2] ? shape[1] : null),
    input: recipe.input ?? [...shape],
  };
}

/**
 * The model of a recipe as its network, for data of the form that it takes.
 * @throws {RecipeError} when the loss does not fit the classes.
 * @throws {ModelError} when the model cannot be distilled against.
 */
export function recipeNetwork(
  { network, model = {}, loss, seed, input }: RecipeModel,
  file: ModelFile,
  dataset: Dataset,
): GivenNetwork {
  const { head, ...choices } = model;
  const { shape } = describing(network, () => imageInput(file, input));
  return networkOfModel(network, file, {
    ...choices,
    seed,
    input: shape,
    head: head === undefined ? undefined : { layer: head, classes: logitsOf({ loss }, dataset) },
  });
}
