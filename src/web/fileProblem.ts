/** The problem that a file of distilled images solves, as far as the file tells. */
import { type LossName, lossFor } from "../../graphs/index.ts";
import type { Dataset, Split } from "../data/dataset.ts";
import { networkOf, type Problem } from "../distill/problem.ts";
import { parseRecipe } from "../distill/recipe.ts";
import { recipeNamed } from "../distill/recipes.ts";
import type { DistilledFile } from "../io/distilledFile.ts";

const NO_IMAGES: Split = { images: new Uint8Array(0), labels: new Uint16Array(0), count: 0 };

/**
 * Network, loss and normalisation of a distilled.safetensors; its data set has no images.
 * @throws {RecipeError} when the network is not a built-in one.
 */
export function fileProblem({ shapes, metadata }: DistilledFile): Problem {
  const [steps, imagesPerStep, channels, height, width] = shapes.images as [
    number,
    number,
    number,
    number,
    number,
  ];
  const read = (key: string) => JSON.parse(metadata[key]!);
  const classes: string[] = read("classes");
  const dataset: Dataset = {
    name: "distilled images",
    classes,
    shape: [channels, height, width],
    train: NO_IMAGES,
    test: NO_IMAGES,
    normalization: { mean: read("mean"), std: read("std") },
  };
  const epochs = Number(metadata.epochs);
  const recipe = parseRecipe({
    ...recipeNamed("quickstart")!,
    name: "distilled-file",
    ...read("init"),
    network: metadata.network,
    loss: metadata.loss as LossName,
    steps,
    epochs,
    imagesPerClass: imagesPerStep / classes.length,
    seed: Number(metadata.seed),
  });
  const network = networkOf(recipe, dataset);
  return {
    recipe,
    dataset,
    train: NO_IMAGES,
    heldOut: NO_IMAGES,
    network,
    loss: lossFor(network.classes),
    attack: undefined,
    unroll: { steps, epochs, imagesPerStep, batch: recipe.outer.batch },
    pretrained: [],
  };
}
