/** A data set in the form that a recipe asks for. */
import { reverseChannels } from "../data/channels.ts";
import { convertDataset } from "../data/convert.ts";
import type { Dataset } from "../data/dataset.ts";
import { type Recipe, RecipeError } from "./recipe.ts";

/** What a recipe says of the images. */
export interface ImageForm extends Pick<Recipe, "imageSize" | "preprocessing"> {
  /** [C,H,W] */
  readonly input?: readonly [number, number, number];
}

/**
 * The data set at the recipe's image size, in its shape and with its preprocessing.
 * @throws {RecipeError} when there are not as many means and deviations as channels.
 */
export function prepareData(
  dataset: Dataset,
  { imageSize, input, preprocessing }: ImageForm,
): Dataset {
  const [channels, height, width] = dataset.shape;
  const sized = convertDataset(dataset, [channels, imageSize ?? height, imageSize ?? width]);
  const converted = input ? convertDataset(sized, input) : sized;
  return preprocessing ? preprocessed(converted, preprocessing) : converted;
}

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
