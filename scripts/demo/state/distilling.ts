/** A run in the page: started, paused, resumed, stopped. */
import type { WorkbenchRun } from "../../../src/web/workbenchRun.ts";
import type { RunActions } from "../components/RunControls.tsx";
import { afterEvent } from "./afterEvent.ts";
import type { Desk } from "./desk.ts";
import { recipeOf } from "./pageState.ts";
import { emptyRun } from "./run.ts";

export function runActions(desk: Desk): RunActions {
  const { store } = desk;
  let stopping = new AbortController();

  const change = (of: Partial<typeof emptyRun>, announcement: string): void =>
    store.update(({ run }) => ({ run: { ...run, ...of }, announcement }));

  async function follow(run: WorkbenchRun, signal: AbortSignal): Promise<void> {
    try {
      const { before, accuracy, baseline, seconds, images } = await run.finished;
      if (desk.run !== run || signal.aborted) return;
      const result = { before, accuracy, baseline };
      const text = `Finished: ${(accuracy.mean * 100).toFixed(1)} per cent of test images are read correctly.`;
      change({ stage: "finished", result, seconds, pixels: images.pixels }, text);
    } catch (error) {
      // A later run has taken the place of one that was stopped.
      if (desk.run !== run) return;
      if (signal.aborted) change({ stage: "stopped" }, "Stopped.");
      else change({ stage: "failed", message: (error as Error).message }, "The run failed.");
    }
  }

  return {
    async start() {
      stopping.abort();
      stopping = new AbortController();
      const { choice } = store.state;
      void desk.run?.close();
      desk.run = undefined;
      desk.network = undefined;
      const { iterations } = choice;
      const message = choice.dataset ? "Preparing" : "Drawing 24,000 digits, loading the runtime";
      store.update(() => ({
        run: {
          ...emptyRun,
          stage: "starting",
          message,
          iterations,
          classes: choice.dataset?.classes ?? emptyRun.classes,
        },
        training: { stage: "none" },
        reading: {},
        inUse: "run" as const,
        announcement: "Preparing the run.",
      }));
      const { signal } = stopping;
      const run = desk.workbench!.distil({
        recipe: recipeOf(choice, desk.seed),
        dataset: choice.dataset,
        network: choice.network,
        signal,
        onEvent: (event) => {
          if (signal.aborted) return;
          store.update(({ run }) => ({ run: afterEvent(run, event) }));
        },
      });
      desk.run = run;
      await follow(run, signal);
    },
    async pause() {
      const { run } = desk;
      // A run that ends instead says so itself.
      const paused = await run?.pause().catch(() => undefined);
      if (paused && desk.run === run && store.state.run.stage === "running")
        change({ stage: "paused" }, "Paused.");
    },
    async resume() {
      const { run } = desk;
      await run?.resume();
      if (desk.run === run && store.state.run.stage === "paused")
        change({ stage: "running" }, "Running again.");
    },
    stop() {
      stopping.abort();
      change({ stage: "stopped" }, "Stopped.");
    },
  };
}
