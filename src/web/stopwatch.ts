/** How long programs run; while a run goes on, with the waits for its iterations. */
import type { Executor } from "../runtime/executor.ts";

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
export function timed(executor: Executor, stopwatch: Stopwatch): Executor {
  const keeping = executor.runKeeping?.bind(executor);
  return {
    ...executor,
    run: (program, feeds) => stopwatch.time(() => executor.run(program, feeds)),
    ...(keeping && {
      runKeeping: (program, kept, feeds) => stopwatch.time(() => keeping(program, kept, feeds)),
    }),
  };
}
