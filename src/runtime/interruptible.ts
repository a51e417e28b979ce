import type { Executor } from "./executor.ts";
import { inParts } from "./inParts.ts";
import { runsThrough } from "./runsThrough.ts";

/**
 * An executor whose runs stop between feeds: it hands over one feed per lane at a time and looks at
 * the signal before each. What runs in which lane stays the same.
 *
 * @throws the signal's reason, from `run`, once it is aborted.
 */
export const interruptible = (executor: Executor, signal: AbortSignal): Executor =>
  runsThrough(executor, (feeds, run) =>
    inParts(feeds, executor.lanes, () => signal.throwIfAborted(), run),
  );
