import type { Feeds } from "./deviceTensor.ts";
import type { Executor } from "./executor.ts";

/**
 * An executor whose runs stop between feeds: it hands over one feed per lane at a time and looks at
 * the signal before each. What runs in which lane stays the same.
 *
 * @throws the signal's reason, from `run`, once it is aborted.
 */
export function interruptible(executor: Executor, signal: AbortSignal): Executor {
  const { device, threads, target, lanes } = executor;
  const inParts = async <Result>(
    feeds: readonly Feeds[],
    run: (part: readonly Feeds[]) => Promise<Result[]>,
  ): Promise<Result[]> => {
    const results: Result[] = [];
    for (let i = 0; i < feeds.length; i += lanes) {
      signal.throwIfAborted();
      results.push(...(await run(feeds.slice(i, i + lanes))));
    }
    signal.throwIfAborted();
    return results;
  };
  const keeping = executor.runKeeping?.bind(executor);
  return {
    device,
    threads,
    target,
    lanes,
    prepare: (program) => executor.prepare(program),
    run: (program, feeds) => inParts(feeds, (part) => executor.run(program, part)),
    ...(keeping && {
      runKeeping: (program, kept, feeds) => inParts(feeds, (part) => keeping(program, kept, part)),
    }),
    close: () => executor.close(),
  };
}
