/** The parameters along a descent, of which not all are kept. */

/** One inner step of every network: from the parameters before step t to those after it. */
export type Step<Theta> = (t: number, networks: readonly Theta[]) => Promise<readonly Theta[]>;

/**
 * Parameters of several networks at any step, asked for once forward to the last one and then backward. Those of every
 * `keepEvery`-th step are kept; on the way back a stretch between two of them is computed again, once. `forget` is
 * handed what is not needed any more: parameters on a device take its memory until they are released.
 */
export class Trajectory<Theta> {
  readonly #step: Step<Theta>;
  readonly #forget: (networks: readonly Theta[]) => void;
  readonly #keepEvery: number;
  readonly #kept: (readonly Theta[])[];
  /** The stretch that was computed last: parameters from step `#start` on. */
  #stretch: (readonly Theta[])[] = [];
  #start = 0;
  /** What was computed and not forgotten. */
  readonly #computed = new Set<readonly Theta[]>();

  constructor(
    initial: readonly Theta[],
    keepEvery: number,
    step: Step<Theta>,
    forget: (networks: readonly Theta[]) => void = () => {},
  ) {
    this.#kept = [initial];
    this.#keepEvery = keepEvery;
    this.#step = step;
    this.#forget = forget;
  }

  /** The parameters before step t, which are those after t steps. */
  async at(t: number): Promise<readonly Theta[]> {
    const known = this.#stretch[t - this.#start];
    if (known) return known;
    const from = Math.min(Math.floor(t / this.#keepEvery), this.#kept.length - 1);
    this.#start = from * this.#keepEvery;
    this.#stretch = [this.#kept[from]!];
    this.#forgetRest();
    for (let s = this.#start; s < t; s++) {
      const next = await this.#step(s, this.#stretch.at(-1)!);
      this.#computed.add(next);
      const isKept = (s + 1) % this.#keepEvery === 0;
      if (isKept) {
        this.#kept[(s + 1) / this.#keepEvery] ??= next;
        this.#start = s + 1;
        this.#stretch = [next];
        this.#forgetRest();
      } else this.#stretch.push(next);
    }
    return this.#stretch.at(-1)!;
  }

  /** Forgets everything that was computed. */
  close(): void {
    this.#stretch = [];
    this.#kept.length = 1;
    this.#forgetRest();
  }

  #forgetRest(): void {
    const needed = new Set([...this.#kept, ...this.#stretch]);
    for (const networks of this.#computed) {
      if (needed.has(networks)) continue;
      this.#computed.delete(networks);
      this.#forget(networks);
    }
  }
}
