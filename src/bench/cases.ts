/** The benchmark's cases: what one iteration of each consists of. */
import { strokeDigitsDataset } from "../data/strokeDigitsDataset.ts";
import { createProblem, type Problem } from "../distill/problem.ts";
import type { Recipe } from "../distill/recipe.ts";

export interface BenchCase {
  readonly name: string;
  readonly title: string;
  /** S and E of the unrolled descent. */
  readonly steps: number;
  readonly epochs: number;
  readonly initialization: Recipe["initialization"];
}

export const benchCases: readonly BenchCase[] = [
  {
    name: "a",
    title: "LeNet, fixed init, 10 images, 1 step",
    steps: 1,
    epochs: 1,
    initialization: "fixed",
  },
  {
    name: "b",
    title: "LeNet, random init, 100 images, 10 steps x 3 epochs",
    steps: 10,
    epochs: 3,
    initialization: "random",
  },
];

/** Real images in the outer loss, as in Wang et al. 2018. */
export const PAPER_BATCH = 1024;

const HELD_OUT = 10;

/** A case on stroke digits, with the outer optimizer of Wang et al. 2018. */
export function benchProblem(
  { name, title, steps, epochs, initialization }: BenchCase,
  { batch, seed }: { readonly batch: number; readonly seed: number },
): Problem {
  const recipe: Recipe = {
    name: `bench-${name}`,
    description: title,
    data: "stroke-digits",
    network: "lenet",
    initialization,
    initializer: { kind: "xavier_normal" },
    steps,
    epochs,
    imagesPerClass: 1,
    images: "noise",
    labels: "hard",
    learningRate: { initial: 0.02, learned: true, outerFactor: 1 },
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
  const train = Math.max(10_000, 2 * batch) + HELD_OUT;
  return createProblem(recipe, strokeDigitsDataset({ seed, train, test: 10 }));
}
