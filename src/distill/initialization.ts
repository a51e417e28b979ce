/** Where a network's initial weights come from: p(theta_0) of a recipe. */
import { random } from "../random/generator.ts";
import { type Initializer, initialize, withFansOf } from "../random/initializers.ts";
import type { Parameters, Problem } from "./problem.ts";
import { isFixed, isPretrained, knownNetworks, pretrainingOf, type Recipe } from "./recipe.ts";

/** Who a network's weights are for; random initialisations have other networks for each purpose. */
export type WeightsFor = "training" | "curve" | "evaluation" | "baseline";

/**
 * theta_0 of network number `index` for a purpose. It depends on (seed, purpose, index) alone; a known network on
 * its number alone, and a pre-trained one is that of the number that `pretrainedIndex` says.
 * @throws {RangeError} when a pre-trained network is not among those of the problem.
 */
export function initialParameters(
  problem: Problem,
  purpose: WeightsFor,
  index: number,
): Parameters {
  const { recipe, pretrained } = problem;
  if (isPretrained(recipe)) {
    const number = isFixed(recipe)
      ? knownIndex(recipe, purpose, index)
      : pretrainedIndex(recipe, purpose, index);
    const parameters = pretrained[number];
    if (parameters) return parameters;
    throw new RangeError(
      `the problem has ${pretrained.length} pre-trained networks, but number ${number} is needed: train more of them`,
    );
  }
  if (!isFixed(recipe)) return drawn(problem, `weights for ${purpose}`, [index]);
  const known = knownIndex(recipe, purpose, index);
  return drawn(problem, "known weights", known === 0 ? [] : [known]);
}

/** All known networks of a fixed initialisation, by number. */
export const knownParameters = (problem: Problem): Parameters[] =>
  Array.from({ length: knownNetworks(problem.recipe) }, (_, number) =>
    initialParameters(problem, "evaluation", number),
  );

/** Weights by the recipe's initialiser; biases, scales and buffers as the network says. */
const drawn = ({ recipe, network }: Problem, purpose: string, indices: number[]): Parameters =>
  new Map([
    ...network.parameters.map(
      ({ name, shape, init }, position) =>
        [
          name,
          initialize(
            startingDistribution(recipe, init),
            shape,
            random(recipe.seed, purpose, ...indices, position),
          ),
        ] as const,
    ),
    ...(network.bufferValues ?? []),
  ]);

/** p(theta_0) of a tensor by a recipe: what the network says, but weights by the recipe's initialiser with their own fans. */
export const startingDistribution = ({ initializer }: Recipe, init: Initializer): Initializer =>
  startsAlike(init) ? init : withFansOf(init, initializer);

/** Whether a tensor starts the same in every network, as biases and scales do: recipes do not change that. */
const startsAlike = ({ kind }: Initializer): boolean =>
  kind === "zeros" || kind === "ones" || kind === "constant";

/** Number of the known network that is network `index` for a purpose. */
export const knownIndex = (recipe: Recipe, purpose: WeightsFor, index: number): number =>
  purpose === "training" ? inTurn(recipe, knownNetworks(recipe), index) : index;

/**
 * Number of the pre-trained network that is network `index` for a purpose: distillation samples from the first ones,
 * the curve has the next ones, and all after them are held out for the evaluation and its baselines.
 */
function pretrainedIndex(recipe: Recipe, purpose: WeightsFor, index: number): number {
  const { networks } = pretrainingOf(recipe);
  if (purpose === "training") return inTurn(recipe, networks, index);
  if (purpose === "curve") return networks + index;
  return networks + recipe.evaluation.networks + index;
}

/** How many different networks a problem has for a purpose. */
export function differentNetworks({ recipe, pretrained }: Problem, purpose: WeightsFor): number {
  if (isFixed(recipe)) return knownNetworks(recipe);
  if (!isPretrained(recipe)) return Number.POSITIVE_INFINITY;
  const { networks } = pretrainingOf(recipe);
  if (purpose === "training") return networks;
  const curve = recipe.evaluation.networks;
  return purpose === "curve" ? curve : Math.max(0, pretrained.length - networks - curve);
}

/** How many pre-trained networks a recipe needs with so many for the evaluation. */
export function pretrainedNetworkCount(
  recipe: Recipe,
  evaluated = recipe.evaluation.testNetworks,
): number {
  if (isFixed(recipe)) return knownNetworks(recipe);
  return pretrainingOf(recipe).networks + recipe.evaluation.networks + evaluated;
}

/** Which of `count` networks is drawn i-th: every one once, in random order, before any comes again. */
function inTurn({ seed }: Recipe, count: number, i: number): number {
  const round = Math.floor(i / count);
  return random(seed, "order of networks", round).permutation(count)[i % count]!;
}
