/** What the page shows of runs and bundles that others have replaced meanwhile, with a workbench that answers late. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Desk } from "../../scripts/demo/state/desk.ts";
import { openActions } from "../../scripts/demo/state/opening.ts";
import { initialState } from "../../scripts/demo/state/pageState.ts";
import { Store } from "../../scripts/demo/state/store.ts";
import { useActions } from "../../scripts/demo/state/using.ts";
import type { Workbench, WorkbenchBundle, WorkbenchNetwork } from "../../src/web/workbench.ts";
import type { WorkbenchRun } from "../../src/web/workbenchRun.ts";

// What is drawn does not matter here.
beforeEach(() => vi.stubGlobal("requestAnimationFrame", () => 0));
afterEach(() => vi.unstubAllGlobals());

const bundleNamed = (name: string) =>
  ({ config: { name }, close: async () => {} }) as unknown as WorkbenchBundle;
const network = { before: 0.1, accuracy: 0.8, seconds: 0.01 } as WorkbenchNetwork;
const someRun = () => ({}) as WorkbenchRun;

function page(workbench: Partial<Workbench>) {
  const desk: Desk = { store: new Store(initialState), seed: 1 };
  desk.workbench = workbench as Workbench;
  return { desk, store: desk.store };
}

test("a network shows its accuracies before and after", async () => {
  const { desk, store } = page({ train: async () => network });
  desk.run = someRun();
  await useActions(desk).train();
  expect(store.state.training).toEqual({ stage: "trained", ...network });
  expect(store.state.announcement).toBe(
    "Trained: from 10.0 to 80.0 per cent of the test images are read correctly.",
  );
});

test.each([
  ["a network", (_: Error) => Promise.resolve(network)],
  ["a failure", (error: Error) => Promise.reject(error)],
])("%s of a run that was replaced is left out", async (_, answer) => {
  const { desk, store } = page({
    async train() {
      desk.run = someRun();
      return answer(new Error("gone"));
    },
  });
  desk.run = someRun();
  await useActions(desk).train();
  expect(desk.network).toBeUndefined();
  expect(store.state.training.stage).toBe("training");
});

test("a bundle stays open when the next one cannot be read, and its network goes when one can", async () => {
  const answers = [bundleNamed("first"), new Error("damaged"), bundleNamed("second")];
  const { desk, store } = page({
    async openBundle() {
      const answer = answers.shift()!;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  const { open } = openActions(desk);
  const none = Promise.resolve(new Map());
  await open(none);
  store.update(() => ({ inUse: "bundle", training: { stage: "trained" } }));
  desk.network = network;
  await open(none);
  expect(store.state.opened).toMatchObject({
    stage: "failed",
    message: "damaged",
    bundle: { config: { name: "first" } },
  });
  expect(desk.network).toBe(network);
  await open(none);
  expect(store.state.opened).toMatchObject({
    stage: "opened",
    bundle: { config: { name: "second" } },
  });
  expect(store.state.opened.message).toBeUndefined();
  expect([desk.network, store.state.training.stage]).toEqual([undefined, "none"]);
});

test("the verdict on a bundle that was replaced is left out", async () => {
  const { desk, store } = page({
    async verifyBundle() {
      desk.bundle = bundleNamed("second");
      throw new Error("closed");
    },
  });
  desk.bundle = bundleNamed("first");
  await openActions(desk).verify();
  expect(store.state.opened.stage).toBe("verifying");
});
