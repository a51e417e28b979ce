/** How long programs run; while a run goes on, with the waits for its iterations. */
import type { Executor } from "../runtime/executor.ts";
import { runsThrough } from "../runtime/runsThrough.ts";

export class Stopwatch {
  seconds = 0;

  async time<Result>(work: () => Promise<Result>): Promise<Result> {
    const start = performance.now();
    const result = await work();
    this.seconds += (performance.now() - start) / 1000;
    return result;
  }
}

/** An executor whose runs are timed. */
export const timed = (executor: Executor, stopwatch: Stopwatch): Executor =>
  runsThrough(executor, (feeds, run) => stopwatch.time(() => run(feeds)));
