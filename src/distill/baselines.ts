/** What the same budget of images and steps achieves without distillation. */
import type { Split } from "../data/dataset.ts";
import { selectImages } from "../data/subsets.ts";
import { random } from "../random/generator.ts";
import { type Distilled, distilledClasses, randomRealImages } from "./distilled.ts";
import { type Evaluation, type Evaluator, type Statistic, statistic } from "./evaluate.ts";
import { labelRows } from "./labels.ts";
import { wantedClass } from "./objective.ts";
import type { Problem } from "./problem.ts";

/** Learning rates that the baselines choose from (Wang et al. 2018, section 4). */
export const baselineRates = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3] as const;

export interface Baseline extends Statistic {
  readonly name: string;
  readonly learningRate: number;
}

export interface RandomRealOptions {
  /** Sets of images drawn; each trains its own networks. */
  readonly draws: number;
  /** Networks trained on every set. */
  readonly networks: number;
}

/** Training images on which the rate is chosen. */
const SELECTION_IMAGES = 2000;

/**
 * Random real images, as many per class and step as the distilled ones, in the same steps and epochs, with the one
 * learning rate of `baselineRates` that does best on training images; accuracy on the test images.
 * Of an attack, the images of class `from` are labelled `to`: real data with the changed labels.
 */
export async function randomRealBaseline(
  problem: Problem,
  evaluator: Evaluator,
  { draws, networks }: RandomRealOptions,
): Promise<Baseline> {
  const { train, dataset, recipe } = problem;
  const selection = subset(train, Math.min(SELECTION_IMAGES, train.count), recipe.seed);
  const weights = evaluator.networks("baseline", networks);
  const evaluate = async (draw: number, rate: number, split: Split): Promise<Evaluation> => {
    const trained = await evaluator.trained(
      weights,
      withImages(problem, randomRealImages(problem, draw), rate),
    );
    return evaluator.measure(trained, split);
  };
  let best = { rate: 0, accuracy: -1 };
  for (const rate of baselineRates) {
    const { accuracy } = await evaluate(0, rate, selection);
    if (accuracy.mean > best.accuracy) best = { rate, accuracy: accuracy.mean };
  }
  const means: number[] = [];
  for (let draw = 1; draw <= draws; draw++) {
    means.push((await evaluate(draw, best.rate, dataset.test)).accuracy.mean);
  }
  const name = problem.attack ? "random real images with the changed labels" : "random real images";
  return { name, learningRate: best.rate, ...statistic(means) };
}

const subset = (split: Split, count: number, seed: number): Split =>
  selectImages(
    split,
    random(seed, "baseline selection").permutation(split.count).subarray(0, count),
  );

function withImages(problem: Problem, images: Float32Array, rate: number): Distilled {
  const { attack, network, unroll } = problem;
  const classes = distilledClasses(problem).map((label) => wantedClass(attack, label));
  const learningRates = new Float32Array(unroll.steps * unroll.epochs).fill(rate);
  return { images, labels: labelRows(classes, network.classes), learningRates };
}
