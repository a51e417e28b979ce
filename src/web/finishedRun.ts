/** What a run in a page comes to. */
import type { AttackOutcome } from "../distill/attack.ts";
import type { Baseline } from "../distill/baselines/quickRandomReal.ts";
import type { Statistic } from "../distill/evaluate.ts";
import type { PaintedImages } from "./paintedImages.ts";

/** What was learned up to an iteration. */
export interface RunSnapshot {
  readonly iteration: number;
  /** distilled.safetensors, as a run in Node writes it; `decodeDistilled` reads it. */
  readonly distilled: Uint8Array;
  readonly images: PaintedImages;
  /** [S*E] */
  readonly learningRates: readonly number[];
}

export interface FinishedRun extends RunSnapshot {
  /** Training time, without pauses and evaluation. */
  readonly seconds: number;
  /** Accuracy on test images before and after training on the distilled images, as fractions. */
  readonly before: Statistic;
  readonly accuracy: Statistic;
  /** Random real images at the same budget. */
  readonly baseline: Baseline;
  /** Of an attack, whose accuracies are against the changed labels. */
  readonly attack?: AttackOutcome<Statistic>;
}
