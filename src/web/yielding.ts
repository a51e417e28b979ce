/** A worker that reads its messages while it computes: what runs in wasm never leaves the thread by itself. */
import type { Executor } from "../runtime/executor.ts";

/** Resolves after the messages that have arrived were handled; timers would wait for milliseconds. */
export function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/**
 * An executor that lets messages in before every run. Sessions queue, so that what these ask for has its turn before
 * the next run.
 */
export function yielding(executor: Executor): Executor {
  const oneByOne = async <Feed, Result>(
    feeds: readonly Feed[],
    run: (one: readonly Feed[]) => Promise<Result[]>,
  ): Promise<Result[]> => {
    const results: Result[] = [];
    for (const tensors of feeds) {
      await nextTask();
      results.push(...(await run([tensors])));
    }
    return results;
  };
  const keeping = executor.runKeeping?.bind(executor);
  return {
    ...executor,
    run: (program, feeds) => oneByOne(feeds, (one) => executor.run(program, one)),
    ...(keeping && {
      runKeeping: (program, kept, feeds) => oneByOne(feeds, (one) => keeping(program, kept, one)),
    }),
  };
}
