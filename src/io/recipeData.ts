/** The real data of a recipe. */
import { convertDataset } from "../data/convert.ts";
import type { Dataset } from "../data/dataset.ts";
import { loadDataset } from "../data/load.ts";
import type { Recipe } from "../distill/recipe.ts";

/** The data set of a recipe in the shape that it asks for; `dataDir` is looked in first. */
export async function loadRecipeData(
  { data, input, seed }: Recipe,
  dataDir?: string,
): Promise<Dataset> {
  const dataset = await loadDataset(data, { dataDir, seed });
  return input ? convertDataset(dataset, input) : dataset;
}
