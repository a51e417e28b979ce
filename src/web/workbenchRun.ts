/** A run in the workbench, as the page holds it. */
import type { Dataset } from "../data/dataset.ts";
import type { Recipe } from "../distill/recipe.ts";
import type { DistilEvent } from "./events.ts";
import type { FinishedRun, RunSnapshot } from "./finishedRun.ts";
import type { WorkbenchMethods } from "./methods.ts";
import type { ModelBytes } from "./problemInPage.ts";
import type { Connection } from "./rpc.ts";

export interface DistilOptions {
  readonly recipe: Recipe;
  /** The data of the recipe, such as `datasetFromFiles` makes them; by default the embedded stroke digits. */
  readonly dataset?: Dataset;
  /** An ONNX model in place of the recipe's network; networks start from its weights. */
  readonly network?: ModelBytes;
  /** A checkpoint of a run of the same recipe and data, in a page or in Node. */
  readonly resume?: Uint8Array;
  /** Stops the run after the iteration in progress; its last checkpoint is kept. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: DistilEvent) => void;
}

export interface WorkbenchRun {
  /** Resolves when recipe, data and network were found to fit each other; fails with what is wrong. */
  readonly started: Promise<void>;
  /**
   * Resolves when the images are distilled and measured, through any pauses.
   * @throws the signal's reason once it is aborted; an error called AbortError when the run is closed; {RecipeError},
   *   {ModelError} and {DivergenceError}, told by their names.
   */
  readonly finished: Promise<FinishedRun>;
  /** The last checkpoint; undefined before the first. */
  readonly checkpoint: Uint8Array | undefined;
  /** Stops after the iteration in progress; resolves with the checkpoint, which goes on here or elsewhere. */
  pause(): Promise<Uint8Array>;
  /** Goes on after a pause. */
  resume(): Promise<void>;
  /** What is learned so far. */
  snapshot(): Promise<RunSnapshot>;
  /** Stops the run and frees what it holds; networks trained on its images can classify no more. */
  close(): Promise<void>;
}

/** Starts run number `number`. */
export function startRun(
  { remote, listen }: Connection<WorkbenchMethods>,
  number: number,
  { recipe, dataset, network, resume, signal, onEvent }: DistilOptions,
): WorkbenchRun {
  let checkpoint = resume;
  const unlisten = listen(number, (notice) => {
    const event = notice as DistilEvent;
    if (event.kind === "checkpoint") checkpoint = event.bytes;
    onEvent?.(event);
  });
  const started = remote.distil(number, { recipe, dataset, network }, resume);
  const stop = (): void => {
    started.then(() => remote.stop(number)).catch(() => {});
  };
  const finished = started
    .then(() => remote.finish(number))
    .catch((error: Error) => {
      throw signal?.aborted && error.name === "AbortError" ? signal.reason : error;
    })
    .finally(() => signal?.removeEventListener("abort", stop));
  // Whoever waits for it is told; nobody has to.
  finished.catch(() => {});
  if (signal?.aborted) stop();
  else signal?.addEventListener("abort", stop);
  return {
    started,
    finished,
    get checkpoint() {
      return checkpoint;
    },
    pause: () => started.then(() => remote.pause(number)),
    resume: () => started.then(() => remote.resume(number)),
    snapshot: () => started.then(() => remote.snapshot(number)),
    close: () =>
      started
        .then(
          () => remote.forget(number),
          () => {},
        )
        .finally(unlisten),
  };
}
