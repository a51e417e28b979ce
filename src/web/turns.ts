/** Several jobs on one device: between two runs of programs each may go on, and messages are read. */
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

/** A line in which work waits until all before it has ended. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(nextTask).then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

/** An executor that queues for every program it loads and every feed it runs. */
export function inTurns(executor: Executor, turns: Turns): Executor {
  return {
    ...executor,
    prepare: (program) => turns.take(() => executor.prepare(program)),
    async run(program, feeds) {
      const results: Map<string, Float32Array>[] = [];
      for (const tensors of feeds)
        results.push(...(await turns.take(() => executor.run(program, [tensors]))));
      return results;
    },
    close: () => turns.take(() => executor.close()),
  };
}
