/** A quick baseline for the end of a run: random real images in the recipe's own steps and epochs. */
import type { Split } from "../../data/dataset.ts";
import { type Distilled, randomRealImages, realLabels } from "../distilled.ts";
import { type Evaluation, type Evaluator, type Statistic, statistic } from "../evaluate.ts";
import type { Problem } from "../problem.ts";
import { ratesFor, selectionImages } from "../settings.ts";

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

/**
 * Random real images, as many per class and step as the distilled ones, in the same steps and epochs, with the one
 * learning rate of `ratesFor` that does best on training images; accuracy on the test images. Of an attack, the
 * images of class `from` are labelled `to`: real data with the changed labels. `measureBaselines` chooses the epochs
 * too, and measures other sources.
 */
export async function randomRealBaseline(
  problem: Problem,
  evaluator: Evaluator,
  { draws, networks }: RandomRealOptions,
): Promise<Baseline> {
  const selection = selectionImages(problem);
  const weights = evaluator.networks("baseline", networks);
  const evaluate = async (draw: number, rate: number, split: Split): Promise<Evaluation> => {
    const trained = await evaluator.trained(
      weights,
      withImages(problem, randomRealImages(problem, draw), rate),
    );
    return evaluator.measure(trained, split);
  };
  let best = { rate: 0, accuracy: -1 };
  for (const rate of ratesFor(problem.recipe)) {
    const { accuracy } = await evaluate(0, rate, selection);
    if (accuracy.mean > best.accuracy) best = { rate, accuracy: accuracy.mean };
  }
  const means: number[] = [];
  for (let draw = 1; draw <= draws; draw++) {
    means.push((await evaluate(draw, best.rate, problem.dataset.test)).accuracy.mean);
  }
  const name = problem.attack ? "random real images with the changed labels" : "random real images";
  return { name, learningRate: best.rate, ...statistic(means) };
}

function withImages(problem: Problem, images: Float32Array, rate: number): Distilled {
  const { steps, epochs } = problem.unroll;
  const learningRates = new Float32Array(steps * epochs).fill(rate);
  return { images, labels: realLabels(problem), learningRates };
}
