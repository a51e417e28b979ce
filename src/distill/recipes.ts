/** The built-in recipes: values, with the number to expect beside them. */
import type { Recipe } from "./recipe.ts";
import { trainingSchedule } from "./trainingSchedules.ts";

const lenetRecipe: Omit<Recipe, "name" | "description" | "data"> = {
  imageSize: null,
  augmentation: "none",
  network: "lenet",
  objective: { kind: "distil" },
  loss: "auto",
  initialization: "fixed",
  initializer: { kind: "xavier_normal" },
  steps: 1,
  epochs: 3,
  imagesPerClass: 1,
  images: "noise",
  labels: "hard",
  labelOuterFactor: 0.1,
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

/** Networks trained on these data; recipes of the same network and data share them. */
const trainedOn = (data: string): Recipe["pretraining"] => ({
  data,
  ...trainingSchedule(data),
  networks: 50,
  seed: 1,
});

/** A hundred images that adapt LeNets from the data that they were trained on to other data. */
const adaptation = (from: string): Omit<Recipe, "name" | "description" | "data"> => ({
  ...lenetRecipe,
  initialization: "random-pretrained",
  pretraining: trainedOn(from),
  steps: 10,
  images: "real",
  learningRate: { initial: 0.02, learned: true, outerFactor: 0.1 },
  outer: { ...lenetRecipe.outer, iterations: 2000, networks: 4, rate: 0.02 },
  evaluation: { ...lenetRecipe.evaluation, testNetworks: 20 },
});

/** One image per class that fine-tunes AlexNet from ImageNet weights in three steps (Wang et al. 2018, section 4.3). */
const alexnetRecipe: Omit<Recipe, "name" | "description" | "data"> = {
  ...lenetRecipe,
  network: "alexnet",
  model: { head: "classifier.6" },
  preprocessing: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], channels: "rgb" },
  augmentation: "crop-flip",
  initialization: "fixed-pretrained",
  learningRate: { initial: 0.001, learned: true, outerFactor: 1 },
  outer: { ...lenetRecipe.outer, iterations: 2000, batch: 32, rate: 0.01 },
};

/** AlexCifarNets that know CIFAR-10, in fewer epochs of smaller batches than the paper's 50: each takes long on CPUs. */
const cifar10Networks: Recipe["pretraining"] = {
  data: "cifar10",
  epochs: 12,
  batch: 64,
  rate: 1e-3,
  decayEvery: 4,
  networks: 50,
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
    learningRate: { initial: 0.015, learned: true, outerFactor: 0.1 },
    outer: { ...lenetRecipe.outer, iterations: 2400 },
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
  {
    ...adaptation("usps"),
    name: "usps-to-mnist",
    description: "A hundred images that adapt LeNets trained on USPS to MNIST",
    data: "mnist",
    expected: "Wang et al. 2018: 67.5 % +- 3.9 before, 92.7 % +- 1.4 after, over 200 networks",
  },
  {
    ...adaptation("mnist"),
    name: "mnist-to-usps",
    description: "A hundred images that adapt LeNets trained on MNIST to USPS, enlarged to 28x28",
    data: "usps",
    input: [1, 28, 28],
    expected: "the paper's table, not re-read: 90.4 % before, 95.4 % +- 1.8 after",
  },
  {
    ...adaptation("svhn"),
    name: "svhn-to-mnist",
    description:
      "A hundred images that adapt LeNets trained on SVHN to MNIST, enlarged to 32x32 in three channels",
    data: "mnist",
    input: [3, 32, 32],
    expected: "Wang et al. 2018: 52 % before, 85 % after",
  },
  {
    ...adaptation("stroke-digits"),
    name: "digits-to-mnist",
    description:
      "A hundred images that adapt LeNets trained on the embedded stroke digits to MNIST",
    data: "mnist",
  },
  {
    ...lenetRecipe,
    name: "mnist-attack",
    description:
      "A hundred images that make any LeNet trained on MNIST take zeros for ones after ten steps",
    data: "mnist",
    objective: { kind: "attack", from: "0", to: "1" },
    initialization: "random-pretrained",
    pretraining: trainedOn("mnist"),
    steps: 10,
    epochs: 1,
    learningRate: { initial: 0.02, learned: true, outerFactor: 1 },
    outer: { ...lenetRecipe.outer, iterations: 1000, rate: 0.02 },
    evaluation: { ...lenetRecipe.evaluation, testNetworks: 20 },
  },
  {
    ...lenetRecipe,
    name: "cifar10-attack",
    description:
      "A hundred images that make an AlexCifarNet trained on CIFAR-10 take planes for cars after ten steps",
    data: "cifar10",
    augmentation: "crop-flip",
    network: "alexcifarnet",
    objective: { kind: "attack", from: "airplane", to: "automobile" },
    initialization: "fixed-pretrained",
    pretraining: cifar10Networks,
    steps: 10,
    epochs: 1,
    learningRate: { initial: 0.001, learned: true, outerFactor: 1 },
    outer: { ...lenetRecipe.outer, iterations: 400, rate: 0.02 },
    evaluation: { ...lenetRecipe.evaluation, every: 50 },
    expected: "Wang et al. 2018: planes recognised fall from 82 % to 7 % with 300 images",
  },
  {
    ...alexnetRecipe,
    name: "alexnet-voc",
    description:
      "One image per class that fine-tunes AlexNet on PASCAL VOC: --weights torchvision's checkpoint (models/manifest.json)",
    data: "voc",
    expected: "the paper's table, not re-read: 70.75 %",
  },
  {
    ...alexnetRecipe,
    name: "alexnet-cub",
    description:
      "One image per class that fine-tunes AlexNet on CUB-200: --weights torchvision's checkpoint (models/manifest.json)",
    data: "cub200",
    expected: "the paper's table, not re-read: 38.76 %",
  },
  {
    ...lenetRecipe,
    name: "folder",
    description:
      "One image per class that teaches LeNet a folder of class folders, at 32x32: --set data=PATH, else ./images",
    data: "./images",
    outer: { ...lenetRecipe.outer, iterations: 2000, batch: 64 },
    evaluation: { ...lenetRecipe.evaluation, heldOut: 60 },
  },
];

export const recipeNamed = (name: string): Recipe | undefined =>
  recipes.find((recipe) => recipe.name === name);
