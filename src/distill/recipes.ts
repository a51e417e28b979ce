/** The built-in recipes: values, with the number to expect beside them. */
import type { Recipe } from "./recipe.ts";

const lenetRecipe: Omit<Recipe, "name" | "description" | "data"> = {
  imageSize: null,
  augmentation: "none",
  network: "lenet",
  initialization: "fixed",
  initializer: { kind: "xavier_normal" },
  steps: 1,
  epochs: 3,
  imagesPerClass: 1,
  images: "noise",
  labels: "hard",
  learningRate: { initial: 0.2, learned: true, outerFactor: 0.03 },
  outer: {
    iterations: 6000,
    batch: 256,
    networks: 1,
    rate: 0.04,
    betas: [0.5, 0.999],
    epsilon: 1e-8,
    schedule: { kind: "cosine" },
    clip: { decay: 0.9 },
  },
  evaluation: { every: 250, heldOut: 2000, networks: 4, testNetworks: 50 },
  seed: 1,
};

export const recipes: readonly Recipe[] = [
  {
    ...lenetRecipe,
    name: "quickstart",
    description:
      "Ten images that teach LeNet the embedded stroke digits in three steps from a known initialisation",
    data: "stroke-digits",
  },
  {
    ...lenetRecipe,
    name: "mnist-fixed",
    description: "Ten images that teach LeNet MNIST in three steps from a known initialisation",
    data: "mnist",
    outer: { ...lenetRecipe.outer, iterations: 60_000 },
    expected: "Wang et al. 2018: 12.9 % before, 93.8 % after",
  },
  {
    ...lenetRecipe,
    name: "mnist-random",
    description: "A hundred images that teach any freshly initialised LeNet MNIST in 30 steps",
    data: "mnist",
    initialization: "random",
    steps: 10,
    learningRate: { initial: 0.06, learned: true, outerFactor: 0.1 },
    outer: { ...lenetRecipe.outer, iterations: 5000, rate: 0.02 },
    expected: "Wang et al. 2018: 79.5 % +- 8.1 over 200 networks",
  },
  {
    ...lenetRecipe,
    name: "cifar10-fixed",
    description: "A hundred images that teach AlexCifarNet CIFAR-10 from a known initialisation",
    data: "cifar10",
    augmentation: "crop-flip",
    network: "alexcifarnet",
    steps: 10,
    learningRate: { initial: 0.001, learned: true, outerFactor: 0.1 },
    outer: { ...lenetRecipe.outer, iterations: 1000 },
    expected: "Wang et al. 2018: 8.8 % before, 54.0 % after",
  },
  {
    ...lenetRecipe,
    name: "cifar10-random",
    description:
      "A hundred images that teach any freshly initialised AlexCifarNet CIFAR-10 in 30 steps",
    data: "cifar10",
    augmentation: "crop-flip",
    network: "alexcifarnet",
    initialization: "random",
    steps: 10,
    learningRate: { initial: 0.001, learned: true, outerFactor: 0.1 },
    outer: { ...lenetRecipe.outer, iterations: 1000, networks: 2 },
    expected: "Wang et al. 2018: 36.8 % +- 1.2 over 200 networks",
  },
];

export const recipeNamed = (name: string): Recipe | undefined =>
  recipes.find((recipe) => recipe.name === name);
