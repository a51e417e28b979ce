/** A run as the page shows it, whether it happens in the page or in a folder on this machine. */
import type { Point } from "../../../src/io/curve.ts";
import type { Statistic } from "../../../src/io/quantities.ts";

export type Stage =
  | "empty"
  | "starting"
  | "running"
  | "paused"
  | "quiet"
  | "measuring"
  | "finished"
  | "stopped"
  | "failed";

export interface Run {
  readonly stage: Stage;
  /** What went wrong, or what is waited for. */
  readonly message?: string;
  readonly iteration: number;
  readonly iterations: number;
  readonly iterationsPerSecond?: number;
  readonly seconds?: number;
  /** The learned images as RGBA [S*n,H,W,4]. */
  readonly pixels?: Uint8ClampedArray<ArrayBuffer>;
  /** [S,n,C,H,W] */
  readonly shape: readonly number[];
  /** Names of the classes; image i of a step belongs to class i mod K. */
  readonly classes: readonly string[];
  readonly losses: readonly Point[];
  /** Accuracies as fractions, with their deviations over networks. */
  readonly accuracies: readonly (Point & { readonly std: number })[];
  /** One curve for each of the S*E inner steps. */
  readonly rates: readonly (readonly Point[])[];
  /** Test accuracies at the end. */
  readonly result?: {
    readonly before: Statistic;
    readonly accuracy: Statistic;
    readonly baseline?: Statistic & { readonly name: string };
  };
}

export const DIGITS = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/** Before anything ran: the places of ten images. */
export const emptyRun: Run = {
  stage: "empty",
  iteration: 0,
  iterations: 0,
  shape: [1, 10, 1, 28, 28],
  classes: DIGITS,
  losses: [],
  accuracies: [],
  rates: [],
};

/** Every curve of learning rates continued by one point. */
export const withRates = (
  { rates }: Run,
  iteration: number,
  learningRates: readonly number[],
): Run["rates"] =>
  learningRates.map((rate, step) => [...(rates[step] ?? []), { x: iteration, y: rate }]);
