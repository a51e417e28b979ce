/** One run in two places: begun in Node and continued in a page, and the other way round. */
import { afterAll, describe, expect, test } from "vitest";
import { planMetaGradient } from "../../src/distill/plan.ts";
import { createProblem } from "../../src/distill/problem.ts";
import { type Checkpoint, distil } from "../../src/distill/run.ts";
import { initialState } from "../../src/distill/trainer.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/io/checkpointFile.ts";
import { relativeError } from "../../src/ir/float32.ts";
import { inlineExecutor } from "../../src/runtime/executor.ts";
import { digits, digitsRecipe } from "./digits.ts";
import { chromiumPath, pages } from "./pages.ts";

const ITERATIONS = 12;
const HALF = 6;
/** Rounding differs between the processor's kernels and those of wasm, and grows over the iterations. */
const CLOSE = 1e-4;

const chromium = chromiumPath();
const open = pages(chromium);
const executor = inlineExecutor({ device: "cpu", threads: 1 });
afterAll(() => executor.close());

/** The checkpoints of a run in Node, by iteration. */
async function inNode(resume?: Checkpoint): Promise<Map<number, Checkpoint>> {
  const problem = createProblem(digitsRecipe(ITERATIONS), digits());
  const checkpoints = new Map<number, Checkpoint>();
  await distil(problem, {
    executor,
    plan: planMetaGradient(problem, { target: executor.target, lanes: 1, memory: 1e9 }),
    start: initialState(problem),
    resume,
    storage: {
      event: async () => {},
      checkpoint: async (checkpoint) => {
        checkpoints.set(checkpoint.state.iteration, structuredClone(checkpoint));
      },
    },
  });
  return checkpoints;
}

/** The checkpoints of a run in a page, by iteration. */
async function inPage(resume?: Uint8Array): Promise<Map<number, Checkpoint>> {
  const page = await open();
  const files = await page.evaluate(
    async ([iterations, bytes]) => {
      const { library, digits, digitsRecipe } = globalThis.tests;
      const workbench = await library.openWorkbench({ device: "wasm" });
      const checkpoints: [number, number[]][] = [];
      await workbench.distil({
        recipe: digitsRecipe(iterations),
        dataset: digits(),
        resume: bytes ? Uint8Array.from(bytes) : undefined,
        onEvent: (event) => {
          if (event.kind === "checkpoint") checkpoints.push([event.iteration, [...event.bytes]]);
        },
      }).finished;
      workbench.close();
      return checkpoints;
    },
    [ITERATIONS, resume ? [...resume] : undefined] as const,
  );
  await page.close();
  return new Map(
    files.map(([iteration, bytes]) => [iteration, decodeCheckpoint(Uint8Array.from(bytes))]),
  );
}

function difference(one: Checkpoint, other: Checkpoint): number {
  const { images, rawRates } = one.state;
  return Math.max(
    relativeError(images, other.state.images),
    relativeError(rawRates, other.state.rawRates),
  );
}

describe.skipIf(!chromium)("a run", () => {
  test("that begins in Node is continued in a page from its checkpoint, and comes to the same images", async () => {
    const whole = await inNode();
    const continued = await inPage(encodeCheckpoint(whole.get(HALF)!));
    expect([...continued.keys()]).toEqual([ITERATIONS]);
    const apart = difference(continued.get(ITERATIONS)!, whole.get(ITERATIONS)!);
    console.log(`Node, then a page: ${apart.toExponential(1)} apart after ${HALF} iterations`);
    expect(apart).toBeLessThan(CLOSE);
  });

  test("that begins in a page is continued in Node from its checkpoint, and comes to the same images", async () => {
    const whole = await inPage();
    const continued = await inNode(whole.get(HALF)!);
    expect([...continued.keys()]).toEqual([ITERATIONS]);
    const apart = difference(continued.get(ITERATIONS)!, whole.get(ITERATIONS)!);
    console.log(`a page, then Node: ${apart.toExponential(1)} apart after ${HALF} iterations`);
    expect(apart).toBeLessThan(CLOSE);
  });

  test("is told that a checkpoint is of another problem", async () => {
    const checkpoint = encodeCheckpoint((await inNode()).get(HALF)!);
    const page = await open();
    const message = await page.evaluate(
      async (bytes) => {
        const { library, digits, digitsRecipe } = globalThis.tests;
        const workbench = await library.openWorkbench({ device: "wasm" });
        const { finished } = workbench.distil({
          recipe: { ...digitsRecipe(12), imagesPerClass: 2 },
          dataset: digits(),
          resume: Uint8Array.from(bytes),
        });
        return finished.catch((error: Error) => error.message);
      },
      [...checkpoint],
    );
    expect(message).toMatch(/^the checkpoint has 7840 image values, this recipe 15680/);
  });
});
