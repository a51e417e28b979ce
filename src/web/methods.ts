/** What the worker of a workbench does for its page. */
import type { Dataset } from "../data/dataset.ts";
import type { Parameters } from "../distill/problem.ts";
import type { BundleConfig } from "../io/bundle/bundleConfig.ts";
import { decodeDistilled } from "../io/distilledFile.ts";
import { type Executor, inlineExecutor } from "../runtime/executor.ts";
import { runtimeVersion } from "../runtime/session.ts";
import { takeWasmFrom } from "../runtime/wasmSettings.ts";
import { type BundleFolder, readBundle } from "./bundleFolder.ts";
import { bundleLearner } from "./bundleLearner.ts";
import { bundleTestImages, type TestImages } from "./bundleTestImages.ts";
import { type DatasetOptions, datasetFromFiles, type FilesByPath } from "./datasetFromFiles.ts";
import { type Desk, Desks } from "./desks.ts";
import { type DeviceOptions, type PickedDevice, pickDevice } from "./device.ts";
import { fileProblem } from "./fileProblem.ts";
import type { FinishedRun, RunSnapshot } from "./finishedRun.ts";
import { type ModelContents, modelContents } from "./modelContents.ts";
import { pageBundle } from "./pageBundle.ts";
import { type PaintedImages, paintImages } from "./paintedImages.ts";
import { type ModelBytes, type PageProblem, problemInPage } from "./problemInPage.ts";
import { problemLearner } from "./problemLearner.ts";
import type { Notify } from "./rpc.ts";
import { type Verification, verifyBundle } from "./verifyBundle.ts";
import { WorkerRun } from "./workerRun.ts";
import { yielding } from "./yielding.ts";

/** Whose distilled images a network is trained on: a run's or a bundle's, by its number, or those of a file. */
export type ImageSource =
  | { readonly kind: "run" | "bundle"; readonly number: number }
  | { readonly kind: "file"; readonly bytes: Uint8Array };

/** What a bundle says, and its images. */
export interface BundleContents {
  readonly config: BundleConfig;
  readonly images: PaintedImages;
  /** Whether the images that its accuracy was measured on are there. */
  readonly hasTestImages: boolean;
}

/** What training a network gave. */
export interface Training {
  /** By name, as PyTorch's state_dict calls them. */
  readonly parameters: Parameters;
  /** Shares of the test images that it reads rightly, untrained and trained; undefined where there are none. */
  readonly before: number | undefined;
  readonly accuracy: number | undefined;
  /** Time of its gradient steps; while a run goes on, with the waits for its iterations. */
  readonly seconds: number;
}

interface OpenBundle {
  readonly folder: BundleFolder;
  readonly test: TestImages | undefined;
}

/** The methods, and the state between their calls. */
export function workbenchMethods(notify: Notify) {
  const runs = new Map<number, WorkerRun>();
  const bundles = new Map<number, OpenBundle>();
  const desks = new Desks();
  let picked: PickedDevice;

  const onDevice = (): Executor => yielding(inlineExecutor(picked));
  /** For claims, whose tolerance is that of processors. */
  const onProcessor = (): Executor =>
    yielding(inlineExecutor({ device: "wasm", threads: picked.threads, target: "portable" }));

  const runOf = (number: number): WorkerRun => found(runs, number, "run");
  const bundleOf = (number: number): OpenBundle => found(bundles, number, "bundle");

  function deskOf(source: ImageSource): Promise<Desk> {
    if (source.kind === "file") {
      const distilled = decodeDistilled(source.bytes);
      const problem = fileProblem(distilled);
      return desks.open(onDevice(), (executor) =>
        problemLearner(problem, executor, () => distilled),
      );
    }
    const { number } = source;
    if (source.kind === "bundle") {
      const { folder, test } = bundleOf(number);
      return desks.of(number, onProcessor, (executor) => bundleLearner(folder, executor, test));
    }
    const run = runOf(number);
    return desks.of(number, onDevice, (executor) =>
      problemLearner(run.problem, executor, () => run.distilled),
    );
  }

  /** Works at a desk; that of a file is cleared away afterwards. */
  async function atDesk<Result>(
    source: ImageSource,
    work: (desk: Desk) => Promise<Result>,
  ): Promise<Result> {
    const desk = await deskOf(source);
    try {
      return await work(desk);
    } finally {
      if (source.kind === "file") await desk.learner.close();
    }
  }

  return {
    async open({ device = "auto", threads, wasmPaths }: DeviceOptions) {
      if (wasmPaths !== undefined) await takeWasmFrom(wasmPaths);
      picked = await pickDevice(device, threads, {
        gpu: navigator.gpu,
        hardwareConcurrency: navigator.hardwareConcurrency,
        crossOriginIsolated,
      });
      return { ...picked, runtime: runtimeVersion() };
    },

    /** Makes a run; `finish` lets it go. */
    async distil(number: number, about: PageProblem, resume: Uint8Array | undefined) {
      const run = new WorkerRun(problemInPage(about), resume, onDevice, (event) =>
        notify(number, event),
      );
      runs.set(number, run);
    },
    finish: (number: number): Promise<FinishedRun> => runOf(number).finish(),
    pause: (number: number): Promise<Uint8Array> => runOf(number).pause(),
    resume: async (number: number) => runOf(number).resume(),
    stop: async (number: number) => runOf(number).stop(),
    snapshot: async (number: number): Promise<RunSnapshot> => runOf(number).snapshot(),
    async bundle(number: number): Promise<Map<string, Uint8Array>> {
      const run = runOf(number).toBundle();
      const executor = onProcessor();
      try {
        return await pageBundle(run, executor, runtimeVersion());
      } finally {
        await executor.close();
      }
    },

    async openBundle(
      number: number,
      files: ReadonlyMap<string, Uint8Array>,
    ): Promise<BundleContents> {
      const folder = readBundle(files);
      const test = await bundleTestImages(folder, files);
      bundles.set(number, { folder, test });
      const { config, distilled } = folder;
      const { shapes, images } = distilled;
      return {
        config,
        images: paintImages(images, shapes.images, config.normalization),
        hasTestImages: test !== undefined,
      };
    },
    verifyBundle: (number: number): Promise<Verification> =>
      atDesk({ kind: "bundle", number }, ({ learner }) =>
        verifyBundle(bundleOf(number).folder, learner, (done, total) =>
          notify(number, { done, total }),
        ),
      ),

    train: (source: ImageSource, seed: number | undefined): Promise<Training> =>
      atDesk(source, async ({ learner, stopwatch }) => {
        const fresh = learner.fresh(seed);
        const before = await learner.accuracy(fresh);
        const start = stopwatch.seconds;
        const parameters = await learner.train(fresh);
        const seconds = stopwatch.seconds - start;
        return { parameters, seconds, before, accuracy: await learner.accuracy(parameters) };
      }),
    classify: (
      source: ImageSource,
      parameters: Parameters,
      image: Uint8Array,
    ): Promise<Float32Array> =>
      atDesk(source, ({ learner }) => learner.classify(parameters, image)),

    readDataset: (
      number: number,
      files: FilesByPath,
      options: Omit<DatasetOptions, "onDecoded">,
    ): Promise<Dataset> =>
      datasetFromFiles(files, {
        ...options,
        onDecoded: (done, total) => notify(number, { done, total }),
      }),

    readModel: async (model: ModelBytes): Promise<ModelContents> => modelContents(model),

    /** Frees a run or a bundle. */
    async forget(number: number) {
      runs.get(number)?.stop();
      runs.delete(number);
      bundles.delete(number);
      await desks.close(number);
    },
  };
}

function found<Thing>(things: ReadonlyMap<number, Thing>, number: number, what: string): Thing {
  const thing = things.get(number);
  if (!thing) throw new Error(`the ${what} was closed: open it again`);
  return thing;
}

export type WorkbenchMethods = ReturnType<typeof workbenchMethods>;
