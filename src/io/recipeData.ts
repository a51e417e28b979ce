import { convertDataset } from "../data/convert.ts";
import type { Dataset } from "../data/dataset.ts";
import { type LoadOptions, loadDataset } from "../data/load.ts";
import type { Recipe } from "../distill/recipe.ts";

/** How the data of a recipe are found and read. */
export type DataOptions = Pick<
  LoadOptions,
  "dataDir" | "skipBad" | "cacheDir" | "onDecoded" | "signal"
>;

/** What a recipe says of its data. */
interface RecipeData extends Pick<Recipe, "data" | "imageSize" | "seed"> {
  readonly input?: readonly [number, number, number];
}

/**
 * Loads what a recipe is about: its data set at its image size, in the shape that it asks for.
 *
 * @throws Error when files are missing or damaged.
 */
export async function loadRecipeData(
  { data, imageSize, input, seed }: RecipeData,
  options: DataOptions = {},
): Promise<Dataset> {
  const dataset = await loadDataset(data, { ...options, size: imageSize ?? undefined, seed });
  return input ? convertDataset(dataset, input) : dataset;
}
