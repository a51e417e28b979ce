/** What a page hears of a run that it watches: each message replaces or continues what it heard before. */
import type { Recipe } from "../distill/recipe.ts";
import type { RunEvent } from "../distill/run.ts";
import type { Statistic } from "../io/quantities.ts";

/** What the run is; sent once. */
export interface Outline {
  readonly type: "outline";
  /** The folder's name. */
  readonly run: string;
  readonly recipe: Recipe;
}

/** Points of the curves from index `from` on. */
export interface Points {
  readonly type: "points";
  readonly from: number;
  readonly events: readonly RunEvent[];
}

/** The learned images after an iteration. */
export interface Images {
  readonly type: "images";
  readonly iteration: number;
  readonly learningRates: readonly number[];
  /** [S,n,C,H,W] of the bytes. */
  readonly shape: readonly number[];
  /** A name for each class, in the order of a step's images. */
  readonly classes: readonly string[];
  /** In normalised space: float32, little endian, in base64. */
  readonly values: string;
  /** Per channel, where it is known: pixel = value * std + mean. */
  readonly normalization?: { readonly mean: readonly number[]; readonly std: readonly number[] };
}

/**
 * `preparing` until the first file of results; `quiet` when nothing was written for a while, because the run was
 * stopped or one of its iterations takes long.
 */
export type Stage = "preparing" | "training" | "quiet" | "evaluating" | "finished";

/** How far the run is. */
export interface Progress {
  readonly type: "progress";
  readonly stage: Stage;
  readonly iteration: number;
  /** Training time of the last point or checkpoint. */
  readonly seconds: number;
  /** When the run wrote something last, in milliseconds since 1970. */
  readonly writtenAt: number;
  /** Test accuracies of a finished run. */
  readonly result?: {
    readonly before: Statistic;
    readonly accuracy: Statistic;
    readonly baseline: Statistic & { readonly name: string };
  };
}

export type RunNews = Outline | Points | Images | Progress;
