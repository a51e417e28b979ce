/** Executors around an executor: what is done before, between and after its runs. */
import { type Feed, type Feeds, releaseAll } from "./deviceTensor.ts";
import type { Executor } from "./executor.ts";

/** How feeds are run, whether results stay on the device or not. */
export type Around = <Result extends ReadonlyMap<string, Feed>>(
  feeds: readonly Feeds[],
  run: (feeds: readonly Feeds[]) => Promise<Result[]>,
) => Promise<Result[]>;

/** The executor, with its runs done by `around`. */
export function runsThrough(executor: Executor, around: Around): Executor {
  const keeping = executor.runKeeping?.bind(executor);
  return {
    ...executor,
    run: (program, feeds) => around(feeds, (part) => executor.run(program, part)),
    ...(keeping && {
      runKeeping: (program, kept, feeds) => around(feeds, (part) => keeping(program, kept, part)),
    }),
  };
}

/**
 * Runs `size` feeds at a time, with `between` before each part and after the last. Where a part fails, results of those
 * before it are released: nobody gets to see them.
 */
export async function inParts<Result extends ReadonlyMap<string, Feed>>(
  feeds: readonly Feeds[],
  size: number,
  between: () => Promise<void> | void,
  run: (part: readonly Feeds[]) => Promise<Result[]>,
): Promise<Result[]> {
  const results: Result[] = [];
  try {
    for (let i = 0; i < feeds.length; i += size) {
      await between();
      results.push(...(await run(feeds.slice(i, i + size))));
    }
    await between();
    return results;
  } catch (error) {
    results.forEach(releaseAll);
    throw error;
  }
}
