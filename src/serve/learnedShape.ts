/** The shape of learned images from what a run's folder says, which keeps its checkpoints flat. */
import { catalogEntry } from "../data/catalog.ts";
import type { Recipe } from "../distill/recipe.ts";

export interface LearnedShape {
  /** [S,n,C,H,W] */
  readonly shape: readonly number[];
  readonly classes: readonly string[];
}

/**
 * From the recipe and the numbers of values: the data set's own shape where it is a known one, else square images, of
 * three channels where that fits.
 * @throws when neither fits.
 */
export function learnedShape(
  recipe: Recipe,
  { images, labels }: { readonly images: number; readonly labels: number },
): LearnedShape {
  const { steps, imagesPerClass } = recipe;
  const count = classCount(labels, steps * imagesPerClass);
  const perStep = count * imagesPerClass;
  const image = imageShape(recipe, images / (steps * perStep));
  if (!image) {
    throw new Error(
      `the shape of the images is unknown: ${images} values in ${steps} steps of ${perStep} images`,
    );
  }
  const names = catalogEntry(recipe.data)?.classes ?? [];
  return {
    shape: [steps, perStep, ...image],
    classes: Array.from({ length: count }, (_, index) => names[index] ?? String(index)),
  };
}

/** Labels [S,n,K] with n = K P have K^2 values in each of S P places; two classes with one logit have two. */
function classCount(labels: number, places: number): number {
  const perPlace = labels / places;
  return perPlace === 2 ? 2 : Math.round(Math.sqrt(perPlace));
}

function imageShape(
  { data, input }: Recipe,
  values: number,
): readonly [number, number, number] | undefined {
  const square = (channels: number) => {
    const side = Math.sqrt(values / channels);
    return [channels, side, side] as const;
  };
  const candidates = [input, catalogEntry(data)?.shape, square(3), square(1)];
  return candidates.find(
    (shape) => shape?.every(Number.isInteger) && shape.reduce((a, b) => a * b) === values,
  );
}
