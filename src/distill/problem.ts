/** A recipe made concrete: the data with its held-out part, the network and the sizes of the unroll. */
import {
  builtInNetwork,
  type LossName,
  lossFor,
  type Network,
  type NetworkName,
  networkNames,
  type Unroll,
} from "../../graphs/index.ts";
import { CROP_PADDING } from "../data/augment.ts";
import type { Dataset, Split } from "../data/dataset.ts";
import { holdOut } from "../data/subsets.ts";
import { random } from "../random/generator.ts";
import { initialize } from "../random/initializers.ts";
import { type Recipe, RecipeError } from "./recipe.ts";

export interface Problem {
  readonly recipe: Recipe;
  readonly dataset: Dataset;
  /** Training images that the outer loss sees. */
  readonly train: Split;
  /** Training images kept for the accuracy curve and for selecting a state. */
  readonly heldOut: Split;
  readonly network: Network;
  readonly loss: LossName;
  readonly unroll: Unroll;
}

/**
 * @throws {RecipeError} when the recipe does not fit the data.
 */
export function createProblem(recipe: Recipe, dataset: Dataset): Problem {
  if (!networkNames.includes(recipe.network as NetworkName)) {
    throw new RecipeError(
      `network: "${recipe.network}" is not built in; choose one of ${networkNames.join(", ")}`,
    );
  }
  const network = builtInNetwork(
    recipe.network as NetworkName,
    dataset.shape,
    dataset.classes.length,
  );
  const { train, heldOut } = holdOut(
    dataset.train,
    recipe.evaluation.heldOut,
    random(recipe.seed, "held-out"),
  );
  if (recipe.outer.batch > train.count) {
    throw new RecipeError(
      `outer.batch: ${recipe.outer.batch} images, but there are ${train.count} to train on`,
    );
  }
  const [, height, width] = dataset.shape;
  if (recipe.augmentation === "crop-flip" && Math.min(height, width) <= CROP_PADDING) {
    throw new RecipeError(
      `augmentation: crop-flip needs images of more than ${CROP_PADDING} pixels a side, got ${height}x${width}; set it to none`,
    );
  }
  if (recipe.initialization === "fixed" && recipe.outer.networks !== 1) {
    throw new RecipeError(
      `outer.networks: a fixed initialisation has one network, got ${recipe.outer.networks}`,
    );
  }
  return {
    recipe,
    dataset,
    train,
    heldOut,
    network,
    loss: lossFor(network.classes),
    unroll: {
      steps: recipe.steps,
      epochs: recipe.epochs,
      imagesPerStep: dataset.classes.length * recipe.imagesPerClass,
      batch: recipe.outer.batch,
    },
  };
}

/** Who a network's random weights are for; each purpose has its own numbers. */
export type WeightsFor = "training" | "curve" | "evaluation" | "baseline";

/** Parameters by name. */
export type Parameters = Map<string, Float32Array>;

/**
 * theta_0 of network number `index`: the known weights for a fixed initialisation, else a fresh draw that
 * depends on (seed, purpose, index) alone.
 */
export function initialParameters(
  { recipe, network }: Problem,
  purpose: WeightsFor,
  index: number,
): Parameters {
  const fixed = recipe.initialization === "fixed";
  return new Map(
    network.parameters.map(({ name, shape, init }, position) => {
      const stream = fixed
        ? random(recipe.seed, "known weights", position)
        : random(recipe.seed, `weights for ${purpose}`, index, position);
      return [name, initialize(shape.length === 1 ? init : recipe.initializer, shape, stream)];
    }),
  );
}
