/** Executors around an executor: how its runs are done. */
import type { Feed, Feeds } from "./deviceTensor.ts";
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
