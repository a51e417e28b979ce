import type { Dataset } from "../data/dataset.ts";
import { type LoadOptions, loadDataset } from "../data/load.ts";
import { type ImageForm, prepareData } from "../distill/prepareData.ts";
import type { Recipe } from "../distill/recipe.ts";

/** How the data of a recipe are found and read. */
export type DataOptions = Pick<
  LoadOptions,
  "dataDir" | "skipBad" | "cacheDir" | "onDecoded" | "signal"
>;

/**
 * Loads what a recipe is about: its data set at its image size, in the shape that it asks for.
 *
 * @throws Error when files are missing or damaged.
 */
export async function loadRecipeData(
  { data, seed, ...form }: Pick<Recipe, "data" | "seed"> & ImageForm,
  options: DataOptions = {},
): Promise<Dataset> {
  const size = form.imageSize ?? undefined;
  return prepareData(await loadDataset(data, { ...options, size, seed }), form);
}
