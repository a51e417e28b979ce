/** What a comparison trains: in trial i a network and the images it is given, epoch by epoch. */
import { random } from "../random/generator.ts";
import { randomRealImages, realLabels } from "./distilled.ts";
import type { Parameters, Problem } from "./problem.ts";

/** Images [S,n,C,H,W] in normalised space with their labels [S,n,K]. */
export interface ImageSet {
  readonly images: Float32Array;
  readonly labels: Float32Array;
}

/** Numbers depend on the trial and the epoch alone. */
export interface Trials {
  readonly count: number;
  /** The untrained network of a trial. */
  network(trial: number): Parameters;
  images(trial: number, epoch: number): ImageSet;
}

/** Random real images with the hard labels of `realLabels`, a set of its own for every trial. */
export function randomRealSets(problem: Problem): (trial: number) => ImageSet {
  const labels = realLabels(problem);
  const drawn = new Map<number, ImageSet>();
  return (trial) => {
    const set = drawn.get(trial) ?? { images: randomRealImages(problem, trial + 1), labels };
    drawn.set(trial, set);
    return set;
  };
}

/** The S batches in another order in every epoch. */
export const inShuffledSteps = (problem: Problem, trials: Trials): Trials =>
  shuffled(problem, trials, problem.unroll.steps, "order of steps");

/** All S * n images shuffled and dealt out into S batches anew in every epoch. */
export const inMinibatches = (problem: Problem, trials: Trials): Trials =>
  shuffled(problem, trials, problem.unroll.steps * problem.unroll.imagesPerStep, "minibatches");

function shuffled({ recipe }: Problem, trials: Trials, pieces: number, purpose: string): Trials {
  return {
    ...trials,
    images(trial, epoch) {
      const { images, labels } = trials.images(trial, epoch);
      const order = random(recipe.seed, purpose, trial, epoch).permutation(pieces);
      return { images: inOrder(images, order), labels: inOrder(labels, order) };
    },
  };
}

/** The equal pieces of an array in another order. */
function inOrder(values: Float32Array, order: Uint32Array): Float32Array {
  const size = values.length / order.length;
  const moved = new Float32Array(values.length);
  order.forEach((from, to) => {
    moved.set(values.subarray(from * size, (from + 1) * size), to * size);
  });
  return moved;
}
