import { reverseChannels } from "../data/channels.ts";
import { convertDataset } from "../data/convert.ts";
import type { Dataset } from "../data/dataset.ts";
import { type LoadOptions, loadDataset } from "../data/load.ts";
import { type Recipe, RecipeError } from "../distill/recipe.ts";

/** How the data of a recipe are found and read. */
export type DataOptions = Pick<
  LoadOptions,
  "dataDir" | "skipBad" | "cacheDir" | "onDecoded" | "signal"
>;

/** What a recipe says of its data. */
interface RecipeData extends Pick<Recipe, "data" | "imageSize" | "seed" | "preprocessing"> {
  readonly input?: readonly [number, number, number];
}

/**
 * Loads what a recipe is about: its data set at its image size, in the shape that it asks for.
 *
 * @throws Error when files are missing or damaged.
 */
export async function loadRecipeData(
  { data, imageSize, input, seed, preprocessing }: RecipeData,
  options: DataOptions = {},
): Promise<Dataset> {
  const dataset = await loadDataset(data, { ...options, size: imageSize ?? undefined, seed });
  const converted = input ? convertDataset(dataset, input) : dataset;
  return preprocessing ? preprocessed(converted, preprocessing) : converted;
}

/** @throws {RecipeError} when there are not as many means and deviations as channels. */
function preprocessed(
  dataset: Dataset,
  { mean, std, channels }: NonNullable<Recipe["preprocessing"]>,
): Dataset {
  const [count] = dataset.shape;
  if (mean.length !== count || std.length !== count) {
    throw new RecipeError(
      `preprocessing: ${mean.length} means and ${std.length} deviations for images of ${count} channels`,
    );
  }
  const ordered = channels === "bgr" ? reverseChannels(dataset) : dataset;
  return { ...ordered, normalization: { mean, std } };
}
