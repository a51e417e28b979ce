/**
 * The library at work in a page. A workbench is one Web Worker that does all the computing, so that the page stays
 * responsive: distillation, and between its iterations the training of fresh networks and their reading of images.
 */
import type { Dataset } from "../data/dataset.ts";
import { DeviceError } from "../runtime/devices.ts";
import type { DatasetOptions, FilesByPath } from "./datasetFromFiles.ts";
import type { DeviceOptions, PickedDevice } from "./device.ts";
import type { BundleContents, ImageSource, Training, WorkbenchMethods } from "./methods.ts";
import type { ModelContents } from "./modelContents.ts";
import type { ModelBytes } from "./problemInPage.ts";
import { connect } from "./rpc.ts";
import type { Verification } from "./verifyBundle.ts";
import { type DistilOptions, startRun, type WorkbenchRun } from "./workbenchRun.ts";

/** A bundle in the workbench. */
export interface WorkbenchBundle extends BundleContents {
  /** Frees what it holds; networks trained on its images can classify no more. */
  close(): Promise<void>;
}

/** A network that was trained on distilled images, by a workbench and for it. */
export interface WorkbenchNetwork extends Training {}

export interface TrainOptions {
  /** The images: of a run as they are now, of a bundle, or of a distilled.safetensors, which has no test images. */
  readonly distilled: WorkbenchRun | WorkbenchBundle | Uint8Array;
  /** Draws the initial weights; left out, they are those that the images were made for. */
  readonly seed?: number;
}

/** Called whenever a part of the work is done. */
export type OnProgress = (done: number, total: number) => void;

export interface Workbench extends PickedDevice {
  /** Version of ONNX Runtime. */
  readonly runtime: string;
  /** Starts a run. */
  distil(options: DistilOptions): WorkbenchRun;
  /**
   * Trains a fresh network on distilled images, also while a run goes on. The first call for a run or a bundle loads
   * programs; further ones are quick.
   */
  train(options: TrainOptions): Promise<WorkbenchNetwork>;
  /** Probability of each class of one image, bytes 0..255 [C,H,W]. */
  classify(network: WorkbenchNetwork, image: Uint8Array): Promise<Float32Array>;
  /**
   * The files of a finished run that `onnx-distill export` writes, by name.
   * @throws Error before the end of the run.
   */
  bundle(run: WorkbenchRun): Promise<Map<string, Uint8Array>>;
  /**
   * Opens a bundle from its files by path. Files of its data set may be among them, where its test images are not in it.
   * @throws Error when there is no bundle among the files, it lacks some, or the test images are others.
   */
  openBundle(files: ReadonlyMap<string, Uint8Array>): Promise<WorkbenchBundle>;
  /**
   * Repeats the accuracy that a bundle claims, on the processor with the bundle's own graphs.
   * @throws Error when the bundle lacks its networks or its test images.
   */
  verifyBundle(bundle: WorkbenchBundle, onNetwork?: OnProgress): Promise<Verification>;
  /**
   * What an ONNX model is as a network, before it is distilled against.
   * @throws {ModelError} when it cannot be read or distilled against.
   */
  readModel(model: ModelBytes): Promise<ModelContents>;
  /** `datasetFromFiles` in the worker. */
  readDataset(files: FilesByPath, options?: DatasetOptions): Promise<Dataset>;
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
  let numbers = 0;
  const listening = (onProgress: OnProgress = () => {}): number => {
    const number = ++numbers;
    listen(connection, number, onProgress);
    return number;
  };
  const sourceOf = (of: WorkbenchRun | WorkbenchBundle | Uint8Array): ImageSource => {
    if (of instanceof Uint8Array) return { kind: "file", bytes: of };
    const source = sources.get(of);
    if (source) return source;
    throw new TypeError("expected a run or a bundle of this workbench, or a distilled.safetensors");
  };
  const numberOf = (of: WorkbenchRun | WorkbenchBundle): number =>
    (sourceOf(of) as { readonly number: number }).number;
  return {
    ...picked,
    distil(options) {
      const number = ++numbers;
      const run = startRun(connection, number, options);
      sources.set(run, { kind: "run", number });
      return run;
    },
    async train({ distilled, seed }) {
      const source = sourceOf(distilled);
      if (source.kind === "run") await (distilled as WorkbenchRun).started;
      const network: WorkbenchNetwork = await remote.train(source, seed);
      sources.set(network, source);
      return network;
    },
    async classify(network, image) {
      const source = sources.get(network);
      if (source) return remote.classify(source, network.parameters, image);
      throw new TypeError("classify takes a network that this workbench trained");
    },
    bundle: (run) => remote.bundle(numberOf(run)),
    async openBundle(files) {
      const number = ++numbers;
      const contents = await remote.openBundle(number, files);
      const bundle = { ...contents, close: () => remote.forget(number) };
      sources.set(bundle, { kind: "bundle", number });
      return bundle;
    },
    async verifyBundle(bundle, onNetwork) {
      const number = numberOf(bundle);
      if (onNetwork) listen(connection, number, onNetwork);
      return remote.verifyBundle(number);
    },
    readDataset: (files, { onDecoded, ...options } = {}) =>
      remote.readDataset(listening(onDecoded), files, options),
    readModel: (model) => remote.readModel(model),
    close: () => connection.close(),
  };
}

const listen = (
  connection: { listen(topic: number, listener: (notice: unknown) => void): void },
  number: number,
  onProgress: OnProgress,
): void =>
  connection.listen(number, (notice) => {
    const { done, total } = notice as { done: number; total: number };
    onProgress(done, total);
  });
