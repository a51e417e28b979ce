import type { Dataset } from "../data/dataset.ts";
import { type LoadOptions, loadDataset } from "../data/load.ts";
import type { Recipe } from "../distill/recipe.ts";

/** How the data of a recipe are found and read. */
export type DataOptions = Pick<
  LoadOptions,
  "dataDir" | "skipBad" | "cacheDir" | "onDecoded" | "signal"
>;

/**
 * Loads what a recipe is about: its data set at its image size.
 *
 * @throws Error when files are missing or damaged.
 */
export const loadRecipeData = (
  { data, imageSize, seed }: Pick<Recipe, "data" | "imageSize" | "seed">,
  options: DataOptions = {},
): Promise<Dataset> => loadDataset(data, { ...options, size: imageSize ?? undefined, seed });
