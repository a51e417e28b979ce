/** What there is of a study after a run of `reproduce`. */
import type { Study } from "../../distill/studies/study.ts";
import type { PartResult } from "./partResult.ts";

/** A part that cannot be run here. */
export interface NotRun {
  readonly name: string;
  readonly title: string;
  /** Why, and what to do. */
  readonly reason: string;
}

/** How far a study is. */
export interface Reproduction {
  readonly study: Study;
  /** The exact command of the study, and the budget in words where it is the quick one. */
  readonly command: string;
  readonly budget?: string;
  readonly finished: readonly PartResult[];
  readonly notRun: readonly NotRun[];
  /** Names of parts that were not begun, or stopped. */
  readonly unfinished: readonly string[];
}
