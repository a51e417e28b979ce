/** How long programs run; while a run goes on, with the waits for its iterations. */
import type { Executor } from "../runtime/executor.ts";

export class Stopwatch {
  seconds = 0;
}

/** An executor whose runs are timed. */
export const timed = (executor: Executor, stopwatch: Stopwatch): Executor => ({
  ...executor,
  async run(program, feeds) {
    const start = performance.now();
    const results = await executor.run(program, feeds);
    stopwatch.seconds += (performance.now() - start) / 1000;
    return results;
  },
});
