/** The benchmark's cases: what one iteration of each consists of. */
import type { NetworkName } from "../../graphs/index.ts";
import type { Dataset, Split } from "../data/dataset.ts";
import { strokeDigitsDataset } from "../data/strokeDigitsDataset.ts";
import { selectImages } from "../data/subsets.ts";
import { createProblem, type Problem } from "../distill/problem.ts";
import type { Recipe } from "../distill/recipe.ts";
import { random } from "../random/generator.ts";

export interface BenchCase {
  readonly name: string;
  readonly title: string;
  /** A step of the outer loop, the training and testing of networks on distilled images, or an epoch on real ones. */
  readonly work: "meta-gradient" | "evaluation" | "training";
  readonly network: NetworkName;
  readonly classes: number;
  /** S and E of the unrolled descent. */
  readonly steps: number;
  readonly epochs: number;
  /**
   * Epochs after which gradients are compared. Over several steps of AlexNet float32 programs drift apart, since
   * units near zero decide differently: one step tells whether they compute the same.
   */
  readonly comparedEpochs: number;
  /** Programs whose results differ by more compute different things: their speeds are not compared. */
  readonly largestError: number;
  /** Real images in the outer loss, or of a training step, unless --batch says otherwise. */
  readonly batch: number;
  readonly initialization: Recipe["initialization"];
  /** Of the inner steps, or Adam's. */
  readonly learningRate: number;
}

const lenetCase = {
  work: "meta-gradient",
  network: "lenet",
  classes: 10,
  batch: 1024,
  initialization: "random",
  learningRate: 0.02,
  largestError: 1e-3,
} as const;

/** Networks that one iteration of the evaluation trains and tests. */
export const EVALUATED_NETWORKS = 4;

const TEST_IMAGES = 10_000;

/** Networks that one iteration of the training trains for an epoch, and images of the epoch. */
export const TRAINED_NETWORKS = 2;
const TRAINING_IMAGES = 60_000;

export const benchCases: readonly BenchCase[] = [
  {
    ...lenetCase,
    name: "a",
    title: "LeNet, fixed init, 10 images, 1 step",
    steps: 1,
    epochs: 1,
    comparedEpochs: 1,
    initialization: "fixed",
  },
  {
    ...lenetCase,
    name: "b",
    title: "LeNet, random init, 100 images, 10 steps x 3 epochs",
    steps: 10,
    epochs: 3,
    comparedEpochs: 3,
  },
  {
    ...lenetCase,
    name: "c",
    title: "AlexCifarNet, random init, 100 images, 10 steps x 3 epochs",
    network: "alexcifarnet",
    steps: 10,
    epochs: 3,
    comparedEpochs: 3,
    batch: 256,
    learningRate: 0.001,
  },
  {
    ...lenetCase,
    name: "d",
    title: "AlexNet at 224x224, 20 classes, 20 images, 1 step x 3 epochs",
    network: "alexnet",
    classes: 20,
    steps: 1,
    epochs: 3,
    comparedEpochs: 1,
    batch: 32,
    initialization: "fixed",
    learningRate: 0.001,
    // A few of its ten million ReLUs and max-pools always decide differently; PyTorch's own float32 gradient is
    // 3e-4 from its float64 one.
    largestError: 5e-3,
  },
  {
    ...lenetCase,
    name: "evaluate",
    title: `${EVALUATED_NETWORKS} LeNets trained in 30 steps on 100 images and tested on ${TEST_IMAGES} images`,
    work: "evaluation",
    steps: 10,
    epochs: 3,
    comparedEpochs: 3,
  },
  {
    ...lenetCase,
    name: "train",
    title: `${TRAINED_NETWORKS} LeNets trained by Adam for an epoch of ${TRAINING_IMAGES} images`,
    work: "training",
    steps: 1,
    epochs: 1,
    comparedEpochs: 1,
    batch: 256,
    learningRate: 2e-4,
    // Losses of all steps of an epoch, over which float32 programs drift apart.
    largestError: 5e-3,
  },
];

/** A case's title with its batch, which the evaluation does not have. */
export function titleOf({ work, title, batch }: BenchCase): string {
  if (work === "evaluation") return title;
  return `${title}, ${work === "training" ? "batch" : "real batch"} ${batch}`;
}

const HELD_OUT = 10;

/** A case on stroke digits, or on noise for the networks that do not take these. */
export function benchProblem(benchCase: BenchCase, { seed }: { readonly seed: number }): Problem {
  const { name, title, network, steps, epochs, batch, initialization, learningRate } = benchCase;
  const dataset = benchData(benchCase, seed);
  const recipe: Recipe = {
    name: `bench-${name}`,
    description: title,
    data: dataset.name,
    imageSize: null,
    augmentation: "none",
    network,
    objective: { kind: "distil" },
    loss: "auto",
    initialization,
    initializer: { kind: "xavier_normal" },
    steps,
    epochs,
    imagesPerClass: 1,
    images: "noise",
    labels: "hard",
    learningRate: { initial: learningRate, learned: true, outerFactor: 1 },
    outer: {
      iterations: Number.MAX_SAFE_INTEGER,
      batch,
      networks: 1,
      rate: 0.01,
      betas: [0.5, 0.999],
      epsilon: 1e-8,
      schedule: { kind: "constant" },
      clip: null,
    },
    evaluation: { every: 1, heldOut: HELD_OUT, networks: 1, testNetworks: 1 },
    seed,
  };
  return createProblem(recipe, dataset);
}

function benchData({ work, network, classes, batch }: BenchCase, seed: number): Dataset {
  if (work === "training") return trainingData(seed);
  const test = work === "evaluation" ? TEST_IMAGES : 10;
  const size = { lenet: 28, mlp: 28, alexcifarnet: 32, alexnet: 224 }[network];
  if (size === 28)
    return strokeDigitsDataset({ seed, train: Math.max(10_000, 2 * batch) + HELD_OUT, test });
  return noiseDataset([3, size, size], classes, { train: batch + HELD_OUT, test, seed });
}

/** Stroke digits as many as MNIST has images, some of them repeated: their number counts, not their pixels. */
function trainingData(seed: number): Dataset {
  const digits = strokeDigitsDataset({ seed, train: 10_000, test: 10 });
  const indices = Array.from({ length: TRAINING_IMAGES }, (_, i) => i % digits.train.count);
  return { ...digits, train: selectImages(digits.train, indices) };
}

/** Images of uniform noise, their classes in turn. */
function noiseDataset(
  shape: Dataset["shape"],
  classes: number,
  { train, test, seed }: { readonly train: number; readonly test: number; readonly seed: number },
): Dataset {
  const size = shape[0] * shape[1] * shape[2];
  const split = (purpose: string, count: number): Split => {
    const stream = random(seed, purpose);
    const words = Uint32Array.from({ length: Math.ceil((count * size) / 4) }, () =>
      stream.uint32(),
    );
    const labels = Uint16Array.from({ length: count }, (_, i) => i % classes);
    return { images: new Uint8Array(words.buffer, 0, count * size), labels, count };
  };
  return {
    name: "noise",
    shape,
    classes: Array.from({ length: classes }, (_, i) => String(i)),
    train: split("bench training images", train),
    test: split("bench test images", test),
    normalization: { mean: [0.5, 0.5, 0.5], std: [0.29, 0.29, 0.29] },
  };
}
