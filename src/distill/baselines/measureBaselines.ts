/** What images do that were chosen or averaged instead of distilled, at the same number of images. */
import type { Executor } from "../../runtime/executor.ts";
import { realLabels } from "../distilled.ts";
import type { Problem } from "../problem.ts";
import { randomRealSets } from "../trials.ts";
import { averageImages } from "./average.ts";
import { Comparison, SELECTION_NETWORKS } from "./comparison.ts";
import type { BaselineEntry, BaselineOptions } from "./entries.ts";
import { kMeansImages } from "./kMeansImages.ts";
import { optimizedRealSets } from "./optimizedReal.ts";

/** Sets of random real images, and of the optimized ones that are drawn and kept. */
const RANDOM_SETS = 10;
const OPTIMIZED_SETS = 50;
const OPTIMIZED_KEPT = 0.2;

/**
 * Every source of images under the same held-out networks: random real images, the best of many random sets, cluster
 * centres and class means (Wang et al. 2018, section 4), each trained at the rate and epochs of `baselineGridFor` that do
 * best on training images with training networks, and measured on the test images; then k-NN on the same images. Where
 * a source has several sets, they go to the networks in turn. Rates that are learned are those of the source's first set.
 * @throws {RangeError} when a class has too few training images.
 */
export async function measureBaselines(
  problem: Problem,
  executor: Executor,
  options: BaselineOptions,
): Promise<BaselineEntry[]> {
  const comparison = new Comparison(problem, executor, options);
  const { evaluator } = comparison;
  const labels = realLabels(problem);
  if (options.distilled) await comparison.distilled(options.distilled);

  const random = randomRealSets(problem);
  const setting = await comparison.source(
    "random real",
    Array.from({ length: RANDOM_SETS }, (_, i) => random(i)),
  );

  const scoring = { sets: OPTIMIZED_SETS, kept: OPTIMIZED_KEPT, networks: SELECTION_NETWORKS };
  const scored = OPTIMIZED_SETS * evaluator.distinct("training", SELECTION_NETWORKS);
  comparison.begin("sets of real images", scored);
  await comparison.source(
    "optimized real",
    await optimizedRealSets(problem, evaluator, { ...scoring, setting }),
  );

  comparison.begin("clustering", 0);
  await comparison.source("k-means", [{ images: kMeansImages(problem), labels }]);
  await comparison.source("average", [{ images: averageImages(problem), labels }]);
  return comparison.entries;
}
