/** Learning rate and number of epochs, chosen on training images. */
import type { Split } from "../data/dataset.ts";
import { selectImages } from "../data/subsets.ts";
import { random } from "../random/generator.ts";
import { type Evaluator, summarize } from "./evaluate.ts";
import type { Measured } from "./measure.ts";
import type { Parameters, Problem } from "./problem.ts";
import { isPretrained, type Recipe } from "./recipe.ts";
import type { Training } from "./training.ts";

/** A constant learning rate, and passes over the images. */
export interface Setting {
  readonly learningRate: number;
  readonly epochs: number;
}

/** What is tried: every rate with every number of epochs. */
export interface Grid {
  readonly rates: readonly number[];
  readonly epochs: readonly number[];
}

/** Learning rates and epochs that the baselines choose from (Wang et al. 2018, section 4). */
export const baselineRates = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3] as const;
export const baselineEpochs = [1, 3, 5] as const;

/** The rates to choose from for a recipe's networks: those that were trained before may need smaller ones. */
export const ratesFor = (recipe: Recipe): readonly number[] =>
  isPretrained(recipe) ? [0.0001, 0.0003, ...baselineRates] : baselineRates;

/** What baselines choose from. */
export const baselineGridFor = (recipe: Recipe): Grid => ({
  rates: ratesFor(recipe),
  epochs: baselineEpochs,
});

/** Networks that have to be measured to search a grid. */
export const gridSize = ({ rates, epochs }: Grid, trials: number): number =>
  rates.length * epochs.length * trials;

/** Training images on which settings are chosen. */
const SELECTION_IMAGES = 2000;

/** Random training images, at most 2,000, to choose settings on. */
export function selectionImages({ train, recipe }: Problem): Split {
  const order = random(recipe.seed, "baseline selection").permutation(train.count);
  return selectImages(train, order.subarray(0, Math.min(SELECTION_IMAGES, train.count)));
}

/** Trials 0 .. count - 1, as many at a time as there are lanes. */
export const trialGroups = (count: number, lanes: number): number[][] =>
  Array.from({ length: Math.ceil(count / lanes) }, (_, group) =>
    Array.from({ length: Math.min(lanes, count - group * lanes) }, (_, i) => group * lanes + i),
  );

/** The setting with the highest mean accuracy over trials on the given images; of equal ones that of lowest loss. */
export async function chooseSetting(
  evaluator: Evaluator,
  training: Training,
  trials: number,
  { rates, epochs }: Grid,
  images: Split,
): Promise<Setting> {
  let best: (Setting & Measured) | undefined;
  for (const learningRate of rates) {
    const measured = new Map<number, Measured[]>(epochs.map((epoch) => [epoch, []]));
    for (const group of trialGroups(trials, evaluator.lanes)) {
      let epoch = 0;
      for await (const networks of training(group, learningRate)) {
        measured.get(++epoch)?.push(...(await evaluator.measureEach(networks, images)));
        if (epoch === Math.max(...epochs)) break;
      }
    }
    for (const [count, each] of measured) {
      const { accuracy, loss } = summarize(each);
      const candidate = { learningRate, epochs: count, accuracy: accuracy.mean, loss: loss.mean };
      if (!best || isBetter(candidate, best)) best = candidate;
    }
  }
  const { learningRate, epochs: chosen } = best!;
  return { learningRate, epochs: chosen };
}

const isBetter = (one: Measured, other: Measured): boolean =>
  one.accuracy > other.accuracy || (one.accuracy === other.accuracy && one.loss < other.loss);

/** Networks of the given trials after training at a setting. */
export async function trainedAt(
  training: Training,
  trials: readonly number[],
  { learningRate, epochs }: Setting,
): Promise<Parameters[]> {
  const epoch = training(trials, learningRate);
  let networks: Parameters[] = [];
  for (let i = 0; i < epochs; i++) networks = (await epoch.next()).value;
  return networks;
}

/** Every trial trained and measured, as many at a time as there are lanes. */
export async function measureTrials(
  evaluator: Evaluator,
  count: number,
  images: Split,
  train: (trials: readonly number[]) => Promise<Parameters[]>,
): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const group of trialGroups(count, evaluator.lanes)) {
    measured.push(...(await evaluator.measureEach(await train(group), images)));
  }
  return measured;
}
