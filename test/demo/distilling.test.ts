/** What the page shows of a run that is stopped, replaced or paused, with a workbench that is told what to do. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Desk } from "../../scripts/demo/state/desk.ts";
import { runActions } from "../../scripts/demo/state/distilling.ts";
import { initialState } from "../../scripts/demo/state/pageState.ts";
import { Store } from "../../scripts/demo/state/store.ts";
import type { FinishedRun } from "../../src/web/finishedRun.ts";
import type { Workbench } from "../../src/web/workbench.ts";
import type { DistilOptions, WorkbenchRun } from "../../src/web/workbenchRun.ts";

// What is drawn does not matter here.
beforeEach(() => vi.stubGlobal("requestAnimationFrame", () => 0));
afterEach(() => vi.unstubAllGlobals());

const statistic = { mean: 0.8, std: 0, n: 1 };
const finished = {
  before: statistic,
  accuracy: statistic,
  baseline: { ...statistic, name: "random real images" },
  seconds: 1,
  images: { pixels: new Uint8ClampedArray(4) },
} as unknown as FinishedRun;

/** A page whose runs end and pause when the test says so. */
function page() {
  const runs: {
    readonly options: DistilOptions;
    finish(result: FinishedRun): void;
    pause: Deferred<Uint8Array>;
  }[] = [];
  const desk: Desk = { store: new Store(initialState), seed: 1 };
  desk.workbench = {
    distil(options: DistilOptions) {
      let finish!: (result: FinishedRun) => void;
      const pause = deferred<Uint8Array>();
      const run = {
        finished: new Promise<FinishedRun>((resolve) => {
          finish = resolve;
        }),
        pause: () => pause.promise,
        resume: async () => {},
        close: async () => {},
      };
      runs.push({ options, finish, pause });
      return run as unknown as WorkbenchRun;
    },
  } as unknown as Workbench;
  return { runs, desk, actions: runActions(desk) };
}

interface Deferred<Value> {
  readonly promise: Promise<Value>;
  resolve(value: Value): void;
  reject(reason: unknown): void;
}

function deferred<Value>(): Deferred<Value> {
  let [resolve, reject] = [(_value: Value) => {}, (_reason: unknown) => {}];
  const promise = new Promise<Value>((yes, no) => {
    [resolve, reject] = [yes, no];
  });
  return { promise, resolve, reject };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

test("the result of a run that was stopped is not shown as that of the next one", async () => {
  const { runs, desk, actions } = page();
  actions.start();
  actions.stop();
  runs[0]!.finish(finished);
  await settled();
  expect(desk.store.state.run.stage).toBe("stopped");
  actions.start();
  runs[0]!.finish(finished);
  await settled();
  expect(desk.store.state.run.stage).toBe("starting");
  runs[1]!.finish(finished);
  await settled();
  expect(desk.store.state.run).toMatchObject({
    stage: "finished",
    result: { accuracy: statistic },
  });
});

test("a run that ends while it is being paused stays ended", async () => {
  const { runs, desk, actions } = page();
  actions.start();
  runs[0]!.options.onEvent!({
    kind: "started",
    plan: "unrolled",
    iterations: 2,
    iteration: 0,
    imageShape: [1, 1, 1, 1, 1],
    classes: ["0"],
    imageClasses: [0],
    network: "lenet",
  });
  expect(desk.store.state.run.stage).toBe("running");
  actions.pause();
  runs[0]!.finish(finished);
  await settled();
  runs[0]!.pause.resolve(new Uint8Array(1));
  await settled();
  expect(desk.store.state.run.stage).toBe("finished");
});

test("pausing a run that fails meanwhile is no error of its own", async () => {
  const { runs, desk, actions } = page();
  actions.start();
  actions.pause();
  runs[0]!.pause.reject(new Error("the device is lost"));
  await settled();
  expect(desk.store.state.run.stage).toBe("starting");
});
