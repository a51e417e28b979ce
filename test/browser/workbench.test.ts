/** The workbench in a page: one worker that distils, trains and reads, and can be paused. */
import { describe, expect, test } from "vitest";
import { chromiumPath, pages } from "./pages.ts";

const chromium = chromiumPath();
const open = pages(chromium);

describe.skipIf(!chromium)("a workbench", () => {
  test("trains and reads while a run goes on, and the page stays responsive", async () => {
    const page = await open();
    const seen = await page.evaluate(async () => {
      const { library, digits, digitsRecipe } = globalThis.tests;
      const workbench = await library.openWorkbench({ device: "wasm" });
      let pings = 0;
      const ping = setInterval(() => pings++, 1);
      const pingsAtIteration = new Set<number>();
      const kinds = new Set<string>();
      let iteration = 0;
      const run = workbench.distil({
        recipe: digitsRecipe(100_000),
        dataset: digits(),
        onEvent: (event) => {
          kinds.add(event.kind);
          if (event.kind !== "iteration") return;
          iteration = event.iteration;
          pingsAtIteration.add(pings);
        },
      });
      const until = async (condition: () => boolean) => {
        while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
      };
      await until(() => iteration > 0);
      const known = await workbench.train({ distilled: run });
      const afterTraining = iteration;
      const drawn = await workbench.train({ distilled: run, seed: 3 });
      const probabilities = await workbench.classify(drawn, new Uint8Array(784).fill(99));
      await until(() => iteration > afterTraining && kinds.has("point"));
      const again = await workbench.train({ distilled: run });
      const snapshot = await run.snapshot();
      const ofFile = await workbench.train({ distilled: snapshot.distilled });
      await run.close();
      const ended = await run.finished.catch((error: Error) => error.name);
      clearInterval(ping);
      workbench.close();
      const closed = await workbench
        .train({ distilled: run })
        .catch((error: Error) => error.message);
      return {
        device: [workbench.device, workbench.threads, workbench.reason],
        accuracies: [known.before, known.accuracy, drawn.before, drawn.accuracy],
        before: [known.before, again.before, drawn.before],
        ofFile: [ofFile.before, ofFile.accuracy, ofFile.parameters.size, ofFile.seconds],
        parameters: [...known.parameters.keys()],
        sum: probabilities.reduce((sum, one) => sum + one, 0),
        classes: probabilities.length,
        kinds: [...kinds].sort(),
        pings: pingsAtIteration.size,
        shape: snapshot.images.shape,
        pixels: snapshot.images.pixels.length,
        distilled: library.decodeDistilled(snapshot.distilled).metadata.network,
        ended,
        closed,
      };
    });
    expect(seen.device).toEqual([
      "wasm",
      1,
      "wasm in one thread, since the page is not cross-origin isolated",
    ]);
    for (const accuracy of seen.accuracies) {
      expect(accuracy).toBeGreaterThanOrEqual(0);
      expect(accuracy).toBeLessThanOrEqual(1);
    }
    const [known, again, drawn] = seen.before;
    expect(again).toBe(known);
    expect(drawn).not.toBe(known);
    expect(seen.ofFile).toEqual([undefined, undefined, seen.parameters.length, expect.any(Number)]);
    expect(seen.parameters).toContain("conv1.weight");
    expect(seen.sum).toBeCloseTo(1, 5);
    expect(seen.classes).toBe(10);
    expect(seen.kinds).toEqual(["checkpoint", "images", "iteration", "point", "started"]);
    expect(seen.pings).toBeGreaterThan(1);
    expect(seen.shape).toEqual([1, 10, 1, 28, 28]);
    expect(seen.pixels).toBe(10 * 28 * 28 * 4);
    expect(seen.distilled).toBe("lenet");
    expect(seen.ended).toBe("AbortError");
    expect(seen.closed).toBe("the workbench is closed");
  });

  test("pauses with a checkpoint, goes on, is aborted by a signal, and keeps the checkpoint", async () => {
    const page = await open();
    const seen = await page.evaluate(async () => {
      const { library, digits, digitsRecipe } = globalThis.tests;
      const workbench = await library.openWorkbench({ device: "wasm" });
      const control = new AbortController();
      let iteration = 0;
      const run = workbench.distil({
        recipe: digitsRecipe(100_000),
        dataset: digits(),
        signal: control.signal,
        onEvent: (event) => {
          if (event.kind === "iteration") iteration = event.iteration;
        },
      });
      const past = async (count: number) => {
        while (iteration <= count) await new Promise((resolve) => setTimeout(resolve, 5));
      };
      await past(2);
      const paused = library.decodeCheckpoint(await run.pause()).state.iteration;
      const again = library.decodeCheckpoint(await run.pause()).state.iteration;
      const training = await workbench.train({ distilled: run });
      const whilePaused = iteration;
      await run.resume();
      await past(paused);
      const reason = new Error("enough");
      control.abort(reason);
      const ended = await run.finished.catch((error: unknown) => error === reason);
      const kept = library.decodeCheckpoint(run.checkpoint!).state.iteration;
      const last = iteration;
      workbench.close();
      return { paused, again, whilePaused, trained: training.accuracy, ended, kept, last };
    });
    expect(seen.again).toBe(seen.paused);
    expect(seen.whilePaused).toBe(seen.paused);
    expect(seen.trained).toBeGreaterThanOrEqual(0);
    expect(seen.ended).toBe(true);
    expect(seen.kept).toBe(seen.last);
    expect(seen.kept).toBeGreaterThan(seen.paused);
  });

  test("uses two threads in a page that is cross-origin isolated, and WebGPU where it is asked for", async () => {
    const page = await open({ isolated: true });
    const seen = await page.evaluate(async () => {
      const { library, digits, digitsRecipe } = globalThis.tests;
      const losses: Record<string, number[]> = {};
      const picked: unknown[] = [];
      for (const options of [{ device: "wasm", threads: 2 }, { device: "webgpu" }] as const) {
        const workbench = await library.openWorkbench(options);
        picked.push([workbench.device, workbench.threads]);
        const own: number[] = [];
        losses[workbench.device] = own;
        const stop = new AbortController();
        const run = workbench.distil({
          recipe: { ...digitsRecipe(100_000), network: "mlp" },
          dataset: digits(),
          signal: stop.signal,
          onEvent: (event) => {
            if (event.kind !== "iteration") return;
            own.push(event.loss);
            if (event.iteration === 3) stop.abort();
          },
        });
        await run.finished.catch(() => {});
        workbench.close();
      }
      const auto = await library.openWorkbench();
      picked.push([auto.device, auto.reason]);
      auto.close();
      return { picked, losses };
    });
    expect(seen.picked).toEqual([
      ["wasm", 2],
      ["webgpu", 1],
      ["wasm", expect.stringContaining("WebGPU is emulated on the processor")],
    ]);
    const { wasm, webgpu } = seen.losses as Record<string, number[]>;
    expect(wasm!.length).toBeGreaterThanOrEqual(3);
    for (const [i, loss] of webgpu!.slice(0, 3).entries()) expect(loss).toBeCloseTo(wasm![i]!, 4);
  });

  test("says what is wrong with a device, a recipe, a model or an image", async () => {
    const page = await open();
    const errors = await page.evaluate(async () => {
      const { library, digits, digitsRecipe } = globalThis.tests;
      const told = (promise: Promise<unknown>) =>
        promise.then(
          () => "nothing",
          ({ name, message }: Error) => `${name}: ${message}`,
        );
      const workbench = await library.openWorkbench({ device: "wasm" });
      const distilling = (options: Partial<Parameters<typeof workbench.distil>[0]>) =>
        told(workbench.distil({ recipe: digitsRecipe(6), ...options }).finished);
      const run = workbench.distil({ recipe: digitsRecipe(1), dataset: digits() });
      const network = await workbench.train({ distilled: run });
      const errors = [
        await told(library.openWorkbench({ device: "wasm", threads: 2 })),
        await told(library.openWorkbench({ device: "cuda" })),
        await distilling({ recipe: { ...digitsRecipe(6), data: "mnist" } }),
        await distilling({ network: { name: "broken.onnx", bytes: Uint8Array.of(1, 2, 3) } }),
        await distilling({ dataset: digits(), resume: Uint8Array.of(1) }),
        await told(workbench.classify(network, new Uint8Array(3))),
        await told(workbench.readModel({ name: "broken.onnx", bytes: Uint8Array.of(1, 2, 3) })),
        await told(workbench.distil({ recipe: { ...digitsRecipe(6), data: "mnist" } }).close()),
        await told(workbench.openBundle(new Map([["a/b.txt", new Uint8Array(0)]]))),
      ];
      workbench.close();
      return errors;
    });
    const expected = [
      /^DeviceError: 2 threads need a cross-origin isolated page/,
      /^DeviceError: device "cuda" /,
      /^RecipeError: data: a page has no mnist of its own; pass it as dataset/,
      /^ModelError: broken\.onnx is not a model that can be read/,
      /^Error: .*safetensors/,
      /^RangeError: expected an image \[1,28,28\], 784 bytes, got 3/,
      /^ModelError: broken\.onnx is not a model that can be read/,
      /^nothing$/,
      /^Error: there is no bundle among the files/,
    ];
    for (const [i, pattern] of expected.entries()) expect(errors[i]).toMatch(pattern);
  });
});
