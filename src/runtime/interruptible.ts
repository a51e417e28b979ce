import type { Executor } from "./executor.ts";

/**
 * An executor whose runs stop between feeds: it hands over one feed per lane at a time and looks at
 * the signal before each. What runs in which lane stays the same.
 *
 * @throws the signal's reason, from `run`, once it is aborted.
 */
export function interruptible(executor: Executor, signal: AbortSignal): Executor {
  const { device, threads, target, lanes } = executor;
  return {
    device,
    threads,
    target,
    lanes,
    prepare: (program) => executor.prepare(program),
    async run(program, feeds) {
      const results: Map<string, Float32Array>[] = [];
      for (let i = 0; i < feeds.length; i += lanes) {
        signal.throwIfAborted();
        results.push(...(await executor.run(program, feeds.slice(i, i + lanes))));
      }
      signal.throwIfAborted();
      return results;
    },
    close: () => executor.close(),
  };
}
