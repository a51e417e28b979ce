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
import { type Attack, attackOf } from "./objective.ts";
import {
  isFixed,
  isPretrained,
  knownNetworks,
  pretrainingOf,
  type Recipe,
  RecipeError,
} from "./recipe.ts";

export interface Problem {
  readonly recipe: Recipe;
  readonly dataset: Dataset;
  /** Training images that the outer loss sees. */
  readonly train: Split;
  /** Training images kept for the accuracy curve and for selecting a state. */
  readonly heldOut: Split;
  readonly network: Network;
  readonly loss: LossName;
  /** Of an attack: classes that the labels of real images exchange. */
  readonly attack: Attack | undefined;
  readonly unroll: Unroll;
  /** Networks that were trained on other data first, by number; empty unless the recipe starts from such. */
  readonly pretrained: readonly Parameters[];
}

/** A network that a recipe does not make itself, with its weights. */
export interface GivenNetwork {
  readonly network: Network;
  readonly weights: Parameters;
}

/**
 * The problem of a recipe on data of the recipe's shape, with a network that is built in or given; a fixed pre-trained
 * initialisation starts from the weights of the given one.
 * @throws {RecipeError} when the recipe does not fit the data.
 */
export function createProblem(recipe: Recipe, dataset: Dataset, given?: GivenNetwork): Problem {
  const network = given ? fitting(given.network, recipe, dataset) : builtIn(recipe, dataset);
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
  expectNetworks(recipe);
  const [, height, width] = dataset.shape;
  if (recipe.augmentation === "crop-flip" && Math.min(height, width) <= CROP_PADDING) {
    throw new RecipeError(
      `augmentation: crop-flip needs images of more than ${CROP_PADDING} pixels a side, got ${height}x${width}; set it to none`,
    );
  }
  return {
    recipe,
    dataset,
    train,
    heldOut,
    network,
    loss: lossFor(network.classes),
    attack: attackOf(recipe, dataset),
    unroll: {
      steps: recipe.steps,
      epochs: recipe.epochs,
      imagesPerStep: dataset.classes.length * recipe.imagesPerClass,
      batch: recipe.outer.batch,
    },
    pretrained: given && recipe.initialization === "fixed-pretrained" ? [given.weights] : [],
  };
}

/** @throws {RecipeError} when the recipe says of a built-in network what models alone have. */
function builtIn(recipe: Recipe, dataset: Dataset): Network {
  const { head: _, ...others } = recipe.model ?? {};
  const [field] = Object.keys(others);
  if (field === undefined) return networkOf(recipe, dataset);
  throw new RecipeError(`model.${field}: ${recipe.network} is built in, and has no such choice`);
}

/** @throws {RecipeError} when a given network takes other images than the data's, or tells other classes apart. */
function fitting(network: Network, recipe: Recipe, dataset: Dataset): Network {
  const { input, classes } = network;
  if (input.some((extent, axis) => extent !== dataset.shape[axis])) {
    throw new RecipeError(
      `input: ${network.name} takes images of ${input.join("x")}, those of ${dataset.name} are ${dataset.shape.join("x")}`,
    );
  }
  const logits = logitsOf(recipe, dataset);
  const fits = classes === logits || (recipe.loss === "auto" && classes === dataset.classes.length);
  if (fits) return network;
  throw new RecipeError(
    `network: ${network.name} has ${classes} logits, ${dataset.name} asks for ${logits}: give it a new last layer with model.head=<layer>${classes === dataset.classes.length ? ", or set loss to softmax_cross_entropy" : ""}`,
  );
}

/** @throws {RecipeError} when an iteration samples more networks than there are, or the recipe contradicts itself. */
function expectNetworks(recipe: Recipe): void {
  const { networks } = recipe.outer;
  if (isPretrained(recipe) && !isFixed(recipe)) pretrainingOf(recipe);
  if (isFixed(recipe)) {
    const known = knownNetworks(recipe);
    if (networks <= known) return;
    throw new RecipeError(
      `outer.networks: a fixed initialisation has ${known === 1 ? "one network" : `${known} networks`}, got ${networks}${known === 1 ? "; knownNetworks gives it more" : ""}`,
    );
  }
  if (recipe.knownNetworks !== undefined) {
    throw new RecipeError(
      `knownNetworks: a ${recipe.initialization} initialisation has no known networks; leave the field out`,
    );
  }
  if (isPretrained(recipe) && networks > pretrainingOf(recipe).networks) {
    throw new RecipeError(
      `outer.networks: ${networks} networks, but there are ${pretrainingOf(recipe).networks} pre-trained ones to sample from`,
    );
  }
}

/**
 * The built-in network of that name for images and classes of a data set.
 * @throws {RecipeError} when there is none of that name, or the loss does not fit the classes.
 * @throws {RangeError} when the network does not take such images.
 */
export function networkOf(
  { network, loss }: Pick<Recipe, "network" | "loss">,
  dataset: Dataset,
): Network {
  if (!networkNames.includes(network as NetworkName)) {
    throw new RecipeError(
      `network: "${network}" is not built in; choose one of ${networkNames.join(", ")}, or an ONNX model by its path`,
    );
  }
  return builtInNetwork(network as NetworkName, dataset.shape, logitsOf({ loss }, dataset));
}

/** Logits of the network: one per class, or one for two classes under binary cross-entropy. */
export function logitsOf({ loss }: Pick<Recipe, "loss">, { name, classes }: Dataset): number {
  if (loss === "binary_cross_entropy" && classes.length !== 2) {
    throw new RecipeError(
      `loss: binary_cross_entropy takes two classes, ${name} has ${classes.length}; use softmax_cross_entropy or auto`,
    );
  }
  return classes.length === 2 && loss !== "softmax_cross_entropy" ? 1 : classes.length;
}

/** Parameters by name. */
export type Parameters = ReadonlyMap<string, Float32Array>;
