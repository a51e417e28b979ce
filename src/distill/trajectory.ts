/** The parameters along a descent, of which not all are kept. */
import type { Parameters } from "./problem.ts";

/** One inner step of every network: from the parameters before step t to those after it. */
export type Step = (t: number, networks: readonly Parameters[]) => Promise<readonly Parameters[]>;

/**
 * Parameters of several networks at any step, asked for once forward to the last one and then backward. Those of every
 * `keepEvery`-th step are kept; on the way back a stretch between two of them is computed again, once.
 */
export class Trajectory {
  readonly #step: Step;
  readonly #keepEvery: number;
  readonly #kept: (readonly Parameters[])[];
  /** The stretch that was computed last: parameters from step `#start` on. */
  #stretch: (readonly Parameters[])[] = [];
  #start = 0;

  constructor(initial: readonly Parameters[], keepEvery: number, step: Step) {
    this.#kept = [initial];
    this.#keepEvery = keepEvery;
    this.#step = step;
  }

  /** The parameters before step t, which are those after t steps. */
  async at(t: number): Promise<readonly Parameters[]> {
    const known = this.#stretch[t - this.#start];
    if (known) return known;
    const from = Math.min(Math.floor(t / this.#keepEvery), this.#kept.length - 1);
    let start = from * this.#keepEvery;
    let stretch = [this.#kept[from]!];
    for (let s = start; s < t; s++) {
      const next = await this.#step(s, stretch.at(-1)!);
      const isKept = (s + 1) % this.#keepEvery === 0;
      if (isKept) {
        this.#kept[(s + 1) / this.#keepEvery] ??= next;
        start = s + 1;
        stretch = [next];
      } else stretch.push(next);
    }
    this.#start = start;
    this.#stretch = stretch;
    return stretch.at(-1)!;
  }
}
