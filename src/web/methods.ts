/** What the worker of a workbench does for its page. */
import type { Parameters } from "../distill/problem.ts";
import { decodeDistilled } from "../io/distilledFile.ts";
import { type Executor, inlineExecutor } from "../runtime/executor.ts";
import { runtimeVersion } from "../runtime/session.ts";
import { takeWasmFrom } from "../runtime/wasmSettings.ts";
import { type DeviceOptions, type PickedDevice, pickDevice } from "./device.ts";
import { fileProblem } from "./fileProblem.ts";
import type { FinishedRun, RunSnapshot } from "./finishedRun.ts";
import type { Learner } from "./learner.ts";
import { type PageProblem, problemInPage } from "./problemInPage.ts";
import { problemLearner } from "./problemLearner.ts";
import type { Notify } from "./rpc.ts";
import { Stopwatch, timed } from "./stopwatch.ts";
import { inTurns, Turns } from "./turns.ts";
import { WorkerRun } from "./workerRun.ts";

/** Whose distilled images a network is trained on: a run's, by its number, or those of a file. */
export type ImageSource = { readonly run: number } | { readonly file: Uint8Array };

/** A network that was trained on distilled images. */
export interface Training {
  readonly parameters: Parameters;
  /** On the test images, as a fraction; undefined where there are none. */
  readonly accuracy: number | undefined;
  /** Time of the gradient steps alone. */
  readonly seconds: number;
}

/** A learner and the time that its programs ran. */
interface Desk {
  readonly learner: Learner;
  readonly stopwatch: Stopwatch;
}

/** The methods, and the state between their calls. */
export function workbenchMethods(notify: Notify) {
  const turns = new Turns();
  const runs = new Map<number, WorkerRun>();
  const desks = new Map<number, Promise<Desk>>();
  let picked: PickedDevice;

  const startExecutor = (): Executor => inlineExecutor(picked);
  const runNumbered = (number: number): WorkerRun => runs.get(number)!;

  async function openDesk(makeLearner: (executor: Executor) => Learner): Promise<Desk> {
    const stopwatch = new Stopwatch();
    const learner = makeLearner(inTurns(timed(startExecutor(), stopwatch), turns));
    await learner.prepare();
    return { learner, stopwatch };
  }

  function deskOf(source: ImageSource): Promise<Desk> {
    if ("file" in source) {
      const distilled = decodeDistilled(source.file);
      const problem = fileProblem(distilled);
      return openDesk((executor) => problemLearner(problem, executor, () => distilled));
    }
    const run = runNumbered(source.run);
    const known = desks.get(source.run);
    if (known) return known;
    const desk = openDesk((executor) => problemLearner(run.problem, executor, () => run.distilled));
    desks.set(source.run, desk);
    return desk;
  }

  /** Uses a desk; that of a file is cleared away afterwards. */
  async function atDesk<Result>(
    source: ImageSource,
    work: (desk: Desk) => Promise<Result>,
  ): Promise<Result> {
    const desk = await deskOf(source);
    try {
      return await work(desk);
    } finally {
      if ("file" in source) await desk.learner.close();
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
      runs.set(
        number,
        new WorkerRun(
          problemInPage(about),
          resume,
          () => inTurns(startExecutor(), turns),
          (event) => notify(number, event),
        ),
      );
    },
    finish: (number: number): Promise<FinishedRun> => runNumbered(number).finish(),
    pause: (number: number): Promise<Uint8Array> => runNumbered(number).pause(),
    resume: async (number: number) => runNumbered(number).resume(),
    stop: async (number: number) => runNumbered(number).stop(),
    snapshot: async (number: number): Promise<RunSnapshot> => runNumbered(number).snapshot(),
    async forget(number: number) {
      runNumbered(number).stop();
      runs.delete(number);
      const desk = await desks.get(number);
      desks.delete(number);
      await desk?.learner.close();
    },
    train: (source: ImageSource, seed: number | undefined): Promise<Training> =>
      atDesk(source, async ({ learner, stopwatch }) => {
        const before = stopwatch.seconds;
        const parameters = await learner.train(learner.fresh(seed));
        const seconds = stopwatch.seconds - before;
        return { parameters, seconds, accuracy: await learner.accuracy(parameters) };
      }),
    classify: (
      source: ImageSource,
      parameters: Parameters,
      image: Uint8Array,
    ): Promise<Float32Array> =>
      atDesk(source, ({ learner }) => learner.classify(parameters, image)),
  };
}

export type WorkbenchMethods = ReturnType<typeof workbenchMethods>;
