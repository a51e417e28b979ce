/** Random real images, the best of many sets. */
import { selectImages } from "../../data/subsets.ts";
import { random } from "../../random/generator.ts";
import { randomRealImages, realLabels } from "../distilled.ts";
import { type Evaluator, summarize } from "../evaluate.ts";
import type { Problem } from "../problem.ts";
import { measureTrials, type Setting, trainedAt } from "../settings.ts";
import { gradientDescent } from "../training.ts";
import type { ImageSet, Trials } from "../trials.ts";

export interface OptimizedRealOptions {
  /** Sets drawn. */
  readonly sets: number;
  /** Share of them that is kept. */
  readonly kept: number;
  /** Training networks that every set is scored with. */
  readonly networks: number;
  /** Learning rate and epochs at which sets are scored. */
  readonly setting: Setting;
}

/** Training images of the batch that all sets are scored on. */
const SCORING_IMAGES = 1024;

/** Draws of randomRealImages that no other baseline uses. */
const FIRST_DRAW = 1_000_000;

/**
 * The sets of random real images whose networks are most accurate on a batch of training images (Wang et al. 2018,
 * section 4), the best first.
 */
export async function optimizedRealSets(
  problem: Problem,
  evaluator: Evaluator,
  { sets, kept, networks, setting }: OptimizedRealOptions,
): Promise<ImageSet[]> {
  const { train, recipe } = problem;
  const order = random(recipe.seed, "scoring batch").permutation(train.count);
  const batch = selectImages(train, order.subarray(0, Math.min(SCORING_IMAGES, train.count)));
  const known = evaluator.networks("training", networks);
  const labels = realLabels(problem);
  const scored: { accuracy: number; set: ImageSet }[] = [];
  for (let draw = 0; draw < sets; draw++) {
    const set = { images: randomRealImages(problem, FIRST_DRAW + draw), labels };
    const trials: Trials = {
      count: known.length,
      network: (trial) => known[trial]!,
      images: () => set,
    };
    const training = gradientDescent(problem, evaluator, trials);
    const measured = await measureTrials(evaluator, known.length, batch, (group) =>
      trainedAt(training, group, setting),
    );
    scored.push({ accuracy: summarize(measured).accuracy.mean, set });
  }
  scored.sort((a, b) => b.accuracy - a.accuracy);
  return scored.slice(0, Math.max(1, Math.round(sets * kept))).map(({ set }) => set);
}
