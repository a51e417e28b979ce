/** A worker that reads its messages while it computes: what runs in wasm never leaves the thread by itself. */
import type { Executor } from "../runtime/executor.ts";
import { inParts } from "../runtime/inParts.ts";
import { runsThrough } from "../runtime/runsThrough.ts";

/** Resolves after the messages that have arrived were handled; timers would wait for milliseconds. */
function nextTask(): Promise<void> {
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
 * An executor that lets messages in between runs. Sessions queue, so that what these ask for has its turn before
 * the next run.
 */
export const yielding = (executor: Executor): Executor =>
  runsThrough(executor, (feeds, run) => inParts(feeds, 1, nextTask, run));
