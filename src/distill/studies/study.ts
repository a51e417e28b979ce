/** Studies: the tables and figures of Wang et al. 2018 as lists of runs, each with what it is compared with. */
import type { Recipe } from "../recipe.ts";

/** A percentage that the paper reports. */
export interface PaperNumber {
  readonly percent: number;
  readonly deviation?: number;
  /** Whether it was read in the paper; others are shown as not re-read. */
  readonly read: boolean;
}

/** Rows that are measured besides the baselines; those of the baselines have their entries' names. */
export const BEFORE = "before training";
export const DISTILLED_ROW = "distilled images";
/** Images of an attack's class that are still recognised. */
export const ATTACKED_BEFORE = "attacked class recognised, before";
export const ATTACKED_AFTER = "attacked class recognised, after";

/** What distilled images stand beside: every baseline and k-NN, or the run's own random real images. */
export type Comparison = "baselines" | "random real";

/** One run of a study. */
export interface Part {
  /** Name of its files and for `--only`. */
  readonly name: string;
  readonly title: string;
  /** Name of a built-in recipe. */
  readonly recipe: string;
  /** The recipe as the study needs it. */
  change?(recipe: Recipe): Recipe;
  readonly comparison: Comparison;
  /** The same at the quick budget, where it is another. */
  readonly quickComparison?: Comparison;
  /** The paper's numbers, by row. */
  readonly paper: Readonly<Record<string, PaperNumber>>;
  /** How the part differs from the paper's setting. */
  readonly note?: string;
}

/** Accuracy of parts over a quantity that tells them apart. */
export interface Curve {
  readonly title: string;
  readonly xLabel: string;
  readonly points: readonly { readonly part: string; readonly x: number }[];
}

export interface Study {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly parts: readonly Part[];
  readonly curves?: readonly Curve[];
}

/** A number that was read in the paper. */
export const read = (percent: number, deviation?: number): PaperNumber => ({
  percent,
  deviation,
  read: true,
});

/** A number that was not read again. */
export const notReread = (percent: number, deviation?: number): PaperNumber => ({
  percent,
  deviation,
  read: false,
});
