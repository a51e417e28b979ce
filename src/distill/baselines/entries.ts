/** What is reported of baselines, and what they are asked. */
import type { Distilled } from "../distilled.ts";
import type { Evaluation, Statistic } from "../evaluate.ts";
import type { LearnedRatesOptions } from "../learnedRates.ts";
import type { Setting } from "../settings.ts";
import type { Neighbourhood } from "./classification.ts";

/** Networks trained on images: at a chosen setting, or, for distilled images, at the learned rates. */
export interface TrainedEntry extends Evaluation, Partial<Setting> {
  readonly name: string;
  /** Passes over the images. */
  readonly epochs: number;
}

/** Test images classified by their nearest neighbours. */
export interface NeighbourEntry extends Neighbourhood {
  readonly name: string;
  readonly accuracy: Statistic;
}

export type BaselineEntry = TrainedEntry | NeighbourEntry;

export interface BaselineOptions {
  /**
   * Held-out networks of every entry, which n counts, each trained on one set. Known and pre-trained ones are used once
   * each; a lone network is trained on every set.
   */
  readonly networks: number;
  /** The images of a run, put first for comparison. */
  readonly distilled?: Distilled;
  /** Also learns rates for every source, with the iterations and the memory given. */
  readonly learnRates?: Omit<LearnedRatesOptions, "onIteration">;
  readonly signal?: AbortSignal;
  /** Called after each network that is measured. */
  onNetwork?(what: string, done: number, total: number): void;
  /** Called whenever something else begins. */
  onStage?(what: string): void;
}

/** The name of a run's own images; those of the sources stand in `measureBaselines`. */
export const DISTILLED = "distilled images";
export const neighboursOn = (name: string): string => `k-NN on ${name}`;
export const withLearnedRates = (name: string): string => `${name}, learned rates`;
