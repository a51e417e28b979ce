/** Sets of images compared under the same networks. */
import type { Executor } from "../../runtime/executor.ts";
import type { Distilled } from "../distilled.ts";
import { Evaluator, summarize } from "../evaluate.ts";
import { learnedRates } from "../learnedRates.ts";
import type { Problem } from "../problem.ts";
import {
  baselineGridFor,
  chooseSetting,
  gridSize,
  measureTrials,
  type Setting,
  selectionImages,
  trainedAt,
} from "../settings.ts";
import { gradientDescent, trainedAtRates } from "../training.ts";
import type { ImageSet, Trials } from "../trials.ts";
import { classifyByNeighbours } from "./classification.ts";
import {
  type BaselineEntry,
  type BaselineOptions,
  DISTILLED,
  type NeighbourEntry,
  neighboursOn,
  type TrainedEntry,
  withLearnedRates,
} from "./entries.ts";

/** Training networks with which rates and epochs are chosen and sets are scored. */
export const SELECTION_NETWORKS = 20;

export class Comparison {
  readonly evaluator: Evaluator;
  readonly #problem: Problem;
  readonly #options: BaselineOptions;
  readonly #selection;
  readonly #learn: ReturnType<typeof learnedRates> | undefined;
  readonly #trained: TrainedEntry[] = [];
  readonly #classified: NeighbourEntry[] = [];
  #onNetwork: () => void = () => {};

  constructor(problem: Problem, executor: Executor, options: BaselineOptions) {
    this.#problem = problem;
    this.#options = options;
    this.evaluator = new Evaluator(problem, executor, () => this.#onNetwork());
    this.#selection = selectionImages(problem);
    const { learnRates } = options;
    this.#learn = learnRates && learnedRates(problem, executor, learnRates);
  }

  /** Trained networks in the order they were measured, then k-NN. */
  get entries(): BaselineEntry[] {
    return [...this.#trained, ...this.#classified];
  }

  /** What is measured next, for the progress. */
  begin(what: string, networks: number): void {
    let done = 0;
    this.#options.onStage?.(what);
    this.#onNetwork = () => this.#options.onNetwork?.(what, ++done, networks);
  }

  /** The images of a run at their learned rates. */
  async distilled(distilled: Distilled): Promise<void> {
    await this.#atRates(DISTILLED, [distilled], distilled.learningRates);
    await this.#classify(DISTILLED, [distilled]);
  }

  /** Sets of images from one source at the setting that is best on training images; the setting. */
  async source(name: string, sets: readonly ImageSet[]): Promise<Setting> {
    const choosing = this.#trials("training", SELECTION_NETWORKS, sets);
    const testing = this.#trials("evaluation", this.#options.networks, sets);
    const grid = baselineGridFor(this.#problem.recipe);
    this.begin(name, gridSize(grid, choosing.count) + testing.count);
    const trainingOf = (trials: Trials) => gradientDescent(this.#problem, this.evaluator, trials);
    const setting = await chooseSetting(
      this.evaluator,
      trainingOf(choosing),
      choosing.count,
      grid,
      this.#selection,
    );
    const measured = await measureTrials(
      this.evaluator,
      testing.count,
      this.#problem.dataset.test,
      (trials) => trainedAt(trainingOf(testing), trials, setting),
    );
    this.#trained.push({ name, ...setting, ...summarize(measured) });
    if (this.#learn) {
      this.begin(withLearnedRates(name), 0);
      const learned = await this.#learn(sets[0]!.images, setting.learningRate);
      await this.#atRates(withLearnedRates(name), sets, learned);
    }
    await this.#classify(name, sets);
    return setting;
  }

  async #atRates(name: string, sets: readonly ImageSet[], rates: Float32Array): Promise<void> {
    const problem = this.#problem;
    const testing = this.#trials("evaluation", this.#options.networks, sets);
    this.begin(name, testing.count);
    const measured = await measureTrials(
      this.evaluator,
      testing.count,
      problem.dataset.test,
      (trials) => trainedAtRates(problem, this.evaluator, testing, trials, rates),
    );
    this.#trained.push({ name, epochs: problem.recipe.epochs, ...summarize(measured) });
  }

  async #classify(source: string, sets: readonly ImageSet[]): Promise<void> {
    const name = neighboursOn(source);
    this.begin(name, 0);
    const classified = await classifyByNeighbours(this.#problem, sets, this.#options.signal);
    this.#classified.push({ name, ...classified });
  }

  /** The different networks of a purpose, to which the sets go in turn; a lone network gets all of them. */
  #trials(purpose: "training" | "evaluation", networks: number, sets: readonly ImageSet[]): Trials {
    const distinct = this.evaluator.distinct(purpose, networks);
    return {
      count: distinct > 1 ? distinct : sets.length,
      network: (trial) => this.evaluator.networks(purpose, 1, trial % distinct)[0]!,
      images: (trial) => sets[trial % sets.length]!,
    };
  }
}
