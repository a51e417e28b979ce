/** The problem of a recipe from what a page has: a data set in memory and the bytes of a model. */
import type { Dataset } from "../data/dataset.ts";
import { strokeDigitsDataset } from "../data/strokeDigitsDataset.ts";
import { prepareData } from "../distill/prepareData.ts";
import { createProblem, type Problem } from "../distill/problem.ts";
import { isFixed, isModel, isPretrained, type Recipe, RecipeError } from "../distill/recipe.ts";
import { describing } from "../io/modelError.ts";
import { formForModel, recipeNetwork } from "../io/modelNetwork.ts";
import { decodeModel } from "../onnx/protobuf/decodeModel.ts";

/** An ONNX model: the bytes of a file whose name ends in .onnx. */
export interface ModelBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a run in a page is about. */
export interface PageProblem {
  readonly recipe: Recipe;
  /** The data; those of the recipe are the embedded stroke digits where it is left out. */
  readonly dataset?: Dataset;
  /** A model in place of the recipe's network; networks start from its weights, unless the recipe itself names it. */
  readonly network?: ModelBytes;
}

const EMBEDDED = "stroke-digits";

/**
 * @throws {RecipeError} when recipe, data and network do not fit each other, or the recipe needs files of a server.
 * @throws {ModelError} when the model cannot be read or distilled against.
 */
export function problemInPage({ recipe: given, dataset, network }: PageProblem): Problem {
  const recipe = withNetwork(given, network);
  expectNoFiles(recipe);
  const data = dataset ?? embedded(recipe);
  if (!network) return createProblem(recipe, prepareData(data, recipe));
  const file = describing(network.name, () => decodeModel(network.bytes));
  const form = formForModel(recipe, file);
  const prepared = prepareData(data, form);
  return createProblem(recipe, prepared, recipeNetwork(form, file, prepared));
}

function withNetwork(recipe: Recipe, network: ModelBytes | undefined): Recipe {
  if (!network) {
    if (!isModel(recipe)) return recipe;
    throw new RecipeError(
      `network: the file ${recipe.network} is needed; pass its bytes as network: { name, bytes }`,
    );
  }
  if (!isModel({ network: network.name })) {
    throw new RecipeError(`network: expected a file whose name ends in .onnx, got ${network.name}`);
  }
  return recipe.network === network.name
    ? recipe
    : { ...recipe, network: network.name, initialization: "fixed-pretrained" };
}

function embedded({ data, seed }: Recipe): Dataset {
  if (data === EMBEDDED) return strokeDigitsDataset({ seed });
  throw new RecipeError(
    `data: a page has no ${data} of its own; pass it as dataset, or set data to ${EMBEDDED}`,
  );
}

/** @throws {RecipeError} when the recipe starts from what only a server has. */
function expectNoFiles(recipe: Recipe): void {
  const { images, initialization } = recipe;
  if (images.startsWith("run:"))
    throw new RecipeError(`images: a page cannot read ${images}; set it to noise or real`);
  if (isPretrained(recipe) && (!isFixed(recipe) || !isModel(recipe))) {
    throw new RecipeError(
      `initialization: ${initialization} needs networks that were trained before, which a page does not have; ` +
        "set it to fixed or random, or pass a model as network",
    );
  }
}
