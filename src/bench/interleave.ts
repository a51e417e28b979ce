/** Programs that take turns, so that whatever else the machine does meets all of them. */
import type { Turn } from "./protocol.ts";
import { type Spread, spreadOf } from "./statistics.ts";

/** Runs so many iterations. */
export type Runner = (iterations: number) => Promise<Turn>;

export interface InterleaveOptions {
  readonly rounds: number;
  /** Iterations of one turn, at least 2: the first warms up the caches and is not counted. */
  readonly iterations: number;
  readonly signal?: AbortSignal;
  onTurn?(round: number, runner: number): void;
}

/** Milliseconds per iteration, and the peak resident memory in bytes where the system tells it. */
export interface Timing extends Spread {
  readonly rss: number | null;
}

/**
 * Every runner's timing over all rounds, in the order of the runners.
 * @throws {RangeError} when a turn has no iteration to count.
 * @throws the signal's reason, between two turns, once it is aborted.
 */
export async function interleave(
  runners: readonly Runner[],
  { rounds, iterations, signal, onTurn }: InterleaveOptions,
): Promise<Timing[]> {
  if (rounds < 1 || iterations < 2) {
    throw new RangeError(
      `expected at least 1 round of 2 iterations, got ${rounds} of ${iterations}`,
    );
  }
  const counted = runners.map((): number[] => []);
  const rss = runners.map((): number | null => null);
  for (let round = 0; round < rounds; round++) {
    for (const [i, run] of runners.entries()) {
      signal?.throwIfAborted();
      onTurn?.(round, i);
      const turn = await run(iterations);
      counted[i]!.push(...turn.milliseconds.slice(1));
      rss[i] = turn.rss;
    }
  }
  return counted.map((milliseconds, i) => ({ ...spreadOf(milliseconds), rss: rss[i]! }));
}
