/**
 * The library at work in a page. A workbench is one Web Worker that does all the computing, so that the page stays
 * responsive: distillation, and between its iterations the training of fresh networks and their reading of images.
 */
import type { Dataset } from "../data/dataset.ts";
import type { Parameters } from "../distill/problem.ts";
import type { Recipe } from "../distill/recipe.ts";
import { DeviceError } from "../runtime/devices.ts";
import type { DeviceOptions, PickedDevice } from "./device.ts";
import type { DistilEvent } from "./events.ts";
import type { FinishedRun, RunSnapshot } from "./finishedRun.ts";
import type { ImageSource, WorkbenchMethods } from "./methods.ts";
import type { ModelBytes } from "./problemInPage.ts";
import { type Connection, connect } from "./rpc.ts";

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

/** A run in the workbench. */
export interface WorkbenchRun {
  /**
   * Resolves when the images are distilled and measured, through any pauses.
   * @throws the signal's reason once it is aborted; {RecipeError}, {ModelError} and {DivergenceError} by name.
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

/** A network that was trained on distilled images. */
export interface WorkbenchNetwork {
  /** By name, as PyTorch's state_dict calls them. */
  readonly parameters: Parameters;
  /** Share of the test images that it reads rightly; undefined where there are none. */
  readonly accuracy: number | undefined;
  /** Time of its gradient steps. */
  readonly seconds: number;
}

export interface TrainOptions {
  /** The images: of a run as they are now, or a distilled.safetensors. */
  readonly distilled: WorkbenchRun | Uint8Array;
  /** Draws the initial weights; left out, they are those that the images were made for. */
  readonly seed?: number;
}

export interface Workbench extends PickedDevice {
  /** Version of ONNX Runtime. */
  readonly runtime: string;
  /** Starts a run. */
  distil(options: DistilOptions): WorkbenchRun;
  /**
   * Trains a fresh network on distilled images, also while a run goes on. The first call for a run loads programs,
   * which takes a second; further ones are quick.
   */
  train(options: TrainOptions): Promise<WorkbenchNetwork>;
  /** Probability of each class of one image, bytes 0..255 [C,H,W]. */
  classify(network: WorkbenchNetwork, image: Uint8Array): Promise<Float32Array>;
  /** Ends the worker and everything in it. */
  close(): void;
}

/**
 * Starts the worker and picks a device.
 * @throws {DeviceError} when the wanted device or number of threads is not available, or there are no Web Workers.
 */
export async function openWorkbench(options: DeviceOptions = {}): Promise<Workbench> {
  if (typeof Worker === "undefined") {
    throw new DeviceError(
      "a workbench needs a browser's Web Worker; in Node runRecipe and workerExecutor do its work",
    );
  }
  const worker = new Worker(new URL("./workbenchWorker.js", import.meta.url), { type: "module" });
  const connection = connect<WorkbenchMethods>(worker);
  const { remote } = connection;
  const picked = await remote.open(options).catch((error: unknown) => {
    connection.close();
    throw error;
  });
  const sources = new WeakMap<object, ImageSource>();
  let runs = 0;
  return {
    ...picked,
    distil(options) {
      const number = ++runs;
      const run = startRun(connection, number, options);
      sources.set(run, { run: number });
      return run;
    },
    async train({ distilled, seed }) {
      const source = sources.get(distilled) ?? { file: distilled as Uint8Array };
      const network = await remote.train(source, seed);
      sources.set(network, source);
      return network;
    },
    async classify(network, image) {
      const source = sources.get(network);
      if (source) return remote.classify(source, network.parameters, image);
      throw new TypeError("classify takes a network that this workbench trained");
    },
    close: () => connection.close(),
  };
}

function startRun(
  { remote, listen }: Connection<WorkbenchMethods>,
  number: number,
  { recipe, dataset, network, resume, signal, onEvent }: DistilOptions,
): WorkbenchRun {
  let checkpoint = resume;
  listen(number, (notice) => {
    const event = notice as DistilEvent;
    if (event.kind === "checkpoint") checkpoint = event.bytes;
    onEvent?.(event);
  });
  const made = remote.distil(number, { recipe, dataset, network }, resume);
  const stop = (): void =>
    void made.then(
      () => remote.stop(number),
      () => {},
    );
  const finished = made
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
    finished,
    get checkpoint() {
      return checkpoint;
    },
    pause: () => made.then(() => remote.pause(number)),
    resume: () => made.then(() => remote.resume(number)),
    snapshot: () => made.then(() => remote.snapshot(number)),
    close: () => made.then(() => remote.forget(number)),
  };
}
