/** What distilled images are good for outside their recipe, each time beside random real images. */
import type { Split } from "../data/dataset.ts";
import type { Executor } from "../runtime/executor.ts";
import type { Distilled } from "./distilled.ts";
import { type Evaluation, summarize } from "./evaluate.ts";
import type { Problem } from "./problem.ts";
import type { Recipe } from "./recipe.ts";
import {
  chooseSetting,
  type Grid,
  gridSize,
  measureTrials,
  ratesFor,
  type Setting,
  selectionImages,
  trainedAt,
} from "./settings.ts";
import { trainedAtRates } from "./training.ts";
import { type Condition, transferConditions } from "./transferConditions.ts";
import { type ImageSet, randomRealSets, type Trials } from "./trials.ts";

/**
 * Test accuracy, as a fraction, and loss of networks trained on images under one condition; of an attack, against the
 * changed labels.
 */
export interface TransferResult extends Evaluation, Partial<Setting> {}

/** One condition; a learning rate and epochs where they were chosen, else the learned rates are used. */
export interface TransferRow extends TransferResult {
  readonly name: string;
  /** Random real images, another set for every network, under the same condition. */
  readonly randomReal: TransferResult;
}

export interface TransferOptions {
  /** Networks of every row; known and pre-trained ones that would train alike again are counted once. */
  readonly networks?: number;
  /** Called after each network that is measured. */
  onNetwork?(done: number, total: number): void;
}

/** Networks of every row, and those that rates and epochs are chosen with. */
export const TRANSFER_NETWORKS = 5;
const SELECTION_NETWORKS = 2;

/** What minibatch SGD and Adam choose from: long enough to come to rest. */
export const transferGridFor = (recipe: Recipe): Grid => ({
  rates: ratesFor(recipe),
  epochs: [1, 3, 10, 30],
});

/** Images under a condition: the trials that are reported, and those that a setting is chosen with. */
interface Case extends Pick<Condition, "evaluator" | "training"> {
  readonly testing: Trials;
  readonly choosing: Trials;
}

/**
 * Measures the images as distilled, with the steps in shuffled order, with minibatch SGD and Adam at rates and epochs
 * of `transferGridFor` chosen on training images, from another initialisation and in another network. The row of the
 * shuffled order is left out where there is a single step.
 */
export async function transferReport(
  problem: Problem,
  executor: Executor,
  distilled: Distilled,
  { networks = TRANSFER_NETWORKS, onNetwork }: TransferOptions = {},
): Promise<TransferRow[]> {
  let done = 0;
  const real = randomRealSets(problem);
  const pairs = transferConditions(problem, executor, () => onNetwork?.(++done, total)).map(
    (condition) => ({
      name: condition.name,
      ofDistilled: caseOf(condition, networks, () => distilled),
      ofReal: caseOf(condition, networks, real),
    }),
  );
  const grid = transferGridFor(problem.recipe);
  const total = pairs.reduce(
    (sum, { ofDistilled, ofReal }) =>
      sum + sizeOfCase(ofDistilled, grid) + sizeOfCase(ofReal, grid),
    0,
  );
  const selection = selectionImages(problem);
  const measure = (one: Case) => measureCase(problem, one, distilled.learningRates, selection);
  const rows: TransferRow[] = [];
  for (const { name, ofDistilled, ofReal } of pairs) {
    const result = await measure(ofDistilled);
    rows.push({ name, ...result, randomReal: await measure(ofReal) });
  }
  return rows;
}

function caseOf(
  { evaluator, training, network, distinct, arranged }: Condition,
  networks: number,
  images: (trial: number) => ImageSet,
): Case {
  const trials = (count: number, purpose: "training" | "evaluation"): Trials => {
    const all = arranged({ count, network: (trial) => network(purpose, trial), images });
    // A network that trains on the same images again, in the same order, counts once.
    const same = all.images(0, 0).images === all.images(1, 1).images;
    return same ? { ...all, count: Math.min(count, distinct(purpose)) } : all;
  };
  return {
    evaluator,
    training,
    testing: trials(networks, "evaluation"),
    choosing: trials(SELECTION_NETWORKS, "training"),
  };
}

/** Networks that have to be measured. */
const sizeOfCase = ({ training, testing, choosing }: Case, grid: Grid): number =>
  testing.count + (training ? gridSize(grid, choosing.count) : 0);

async function measureCase(
  problem: Problem,
  { evaluator, training, testing, choosing }: Case,
  learnedRates: Float32Array,
  selection: Split,
): Promise<TransferResult> {
  const { test } = problem.dataset;
  if (!training) {
    const measured = await measureTrials(evaluator, testing.count, test, (trials) =>
      trainedAtRates(problem, evaluator, testing, trials, learnedRates),
    );
    return summarize(measured);
  }
  const setting = await chooseSetting(
    evaluator,
    training(choosing),
    choosing.count,
    transferGridFor(problem.recipe),
    selection,
  );
  const measured = await measureTrials(evaluator, testing.count, test, (trials) =>
    trainedAt(training(testing), trials, setting),
  );
  return { ...setting, ...summarize(measured) };
}
