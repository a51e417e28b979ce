/** What images do that were chosen or averaged instead of distilled, at the same number of images. */
import type { Executor } from "../../runtime/executor.ts";
import { type Distilled, initialDistilled } from "../distilled.ts";
import { Evaluator, type Statistic, summarize } from "../evaluate.ts";
import type { Problem } from "../problem.ts";
import {
  baselineGrid,
  chooseSetting,
  gridSize,
  measureTrials,
  type Setting,
  selectionImages,
  trainedAt,
} from "../settings.ts";
import { gradientDescent } from "../training.ts";
import { type ImageSet, randomRealSets, type Trials } from "../trials.ts";
import { averageImages } from "./average.ts";
import { classifyByNeighbours, type Neighbourhood } from "./classification.ts";
import { kMeansImages } from "./kMeansImages.ts";
import { optimizedRealSets } from "./optimizedReal.ts";

/** Networks trained on images: at a chosen setting, or, for distilled images, at the learned rates. */
export interface TrainedEntry extends Partial<Setting> {
  readonly name: string;
  /** Passes over the images. */
  readonly epochs: number;
  readonly accuracy: Statistic;
  readonly loss: Statistic;
}

/** Test images classified by their nearest neighbours. */
export interface NeighbourEntry extends Neighbourhood {
  readonly name: string;
  readonly accuracy: Statistic;
}

export type BaselineEntry = TrainedEntry | NeighbourEntry;

export interface BaselineOptions {
  /** Held-out networks of every entry; a fixed initialisation has one, which is trained on every set. */
  readonly networks: number;
  /** The images of a run, put first for comparison. */
  readonly distilled?: Distilled;
  readonly signal?: AbortSignal;
  /** Called after each network that is measured. */
  onNetwork?(what: string, done: number, total: number): void;
  /** Called when something begins that measures no networks. */
  onStage?(what: string): void;
}

/** Sets of random real images, and of the optimized ones that are drawn and kept. */
const RANDOM_SETS = 10;
const OPTIMIZED_SETS = 50;
const OPTIMIZED_KEPT = 0.2;

/** Training networks with which rates and epochs are chosen and sets are scored. */
const SELECTION_NETWORKS = 20;

/** The names of entries; k-NN on the same images has its own. */
export const DISTILLED = "distilled images";
const neighboursOn = (name: string): string => `k-NN on ${name}`;

/**
 * Every source of images under the same held-out networks: random real images, the best of many random sets, cluster
 * centres and class means (Wang et al. 2018, section 4), each trained at the rate and epochs of `baselineGrid` that do
 * best on training images with training networks, and measured on the test images; then k-NN on the same images. Where
 * a source has several sets, they go to the networks in turn.
 * @throws {RangeError} when a class has too few training images.
 */
export async function measureBaselines(
  problem: Problem,
  executor: Executor,
  options: BaselineOptions,
): Promise<BaselineEntry[]> {
  const { distilled, signal, onNetwork, onStage } = options;
  let show = (): void => {};
  const evaluator = new Evaluator(problem, executor, () => show());
  const counting = (what: string, total: number): void => {
    let done = 0;
    show = () => onNetwork?.(what, ++done, total);
  };
  const { labels } = initialDistilled(problem);
  const selection = selectionImages(problem);
  const trained: TrainedEntry[] = [];
  const classified: NeighbourEntry[] = [];

  const classify = async (name: string, sets: readonly ImageSet[]): Promise<void> => {
    onStage?.(neighboursOn(name));
    const result = await classifyByNeighbours(problem, sets, signal);
    classified.push({ name: neighboursOn(name), ...result });
  };
  const measure = async (name: string, sets: readonly ImageSet[]): Promise<Setting> => {
    const choosing = trialsOf(evaluator, "baseline", SELECTION_NETWORKS, sets);
    const testing = trialsOf(evaluator, "evaluation", options.networks, sets);
    counting(name, gridSize(baselineGrid, choosing.count) + testing.count);
    const setting = await chooseSetting(
      evaluator,
      gradientDescent(problem, evaluator, choosing),
      choosing.count,
      baselineGrid,
      selection,
    );
    const training = gradientDescent(problem, evaluator, testing);
    const measured = await measureTrials(evaluator, testing.count, problem.dataset.test, (trials) =>
      trainedAt(training, trials, setting),
    );
    trained.push({ name, ...setting, ...summarize(measured) });
    await classify(name, sets);
    return setting;
  };

  if (distilled) {
    trained.push(await measureDistilled(problem, evaluator, distilled, options, counting));
    await classify(DISTILLED, [distilled]);
  }
  const real = randomRealSets(problem);
  const setting = await measure(
    "random real",
    Array.from({ length: RANDOM_SETS }, (_, i) => real(i)),
  );
  const scoring = { sets: OPTIMIZED_SETS, kept: OPTIMIZED_KEPT, networks: SELECTION_NETWORKS };
  counting("sets of real images", OPTIMIZED_SETS * evaluator.distinct(SELECTION_NETWORKS));
  await measure(
    "optimized real",
    await optimizedRealSets(problem, evaluator, { ...scoring, setting }),
  );
  onStage?.("k-means");
  await measure("k-means", [{ images: kMeansImages(problem), labels }]);
  await measure("average", [{ images: averageImages(problem), labels }]);
  return [...trained, ...classified];
}

/** The sets in turn for the networks of a purpose; a lone network gets all of them. */
function trialsOf(
  evaluator: Evaluator,
  purpose: "baseline" | "evaluation",
  networks: number,
  sets: readonly ImageSet[],
): Trials {
  const distinct = evaluator.distinct(networks);
  return {
    count: distinct > 1 ? distinct : sets.length,
    network: (trial) => evaluator.networks(purpose, 1, trial % distinct)[0]!,
    images: (trial) => sets[trial % sets.length]!,
  };
}

async function measureDistilled(
  { recipe, dataset }: Problem,
  evaluator: Evaluator,
  distilled: Distilled,
  { networks }: BaselineOptions,
  counting: (what: string, total: number) => void,
): Promise<TrainedEntry> {
  const trials = trialsOf(evaluator, "evaluation", networks, [distilled]);
  counting(DISTILLED, trials.count);
  const measured = await measureTrials(evaluator, trials.count, dataset.test, (group) =>
    evaluator.trained(group.map(trials.network), distilled),
  );
  return { name: DISTILLED, epochs: recipe.epochs, ...summarize(measured) };
}
