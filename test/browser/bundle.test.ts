/** Bundles between Node and a page: each verifies what the other made. */
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { exportBundle } from "../../src/io/bundle/exportBundle.ts";
import { runRecipe } from "../../src/io/recipeRun.ts";
import { inlineExecutor } from "../../src/runtime/executor.ts";
import { stripesRecipe, writeStripes } from "../stripesData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { chromiumPath, pages } from "./pages.ts";

const chromium = chromiumPath();
const open = pages(chromium);
const root = temporaryFolder();
const bundle = join(root, "bundle");
let files: readonly string[] = [];

beforeAll(async () => {
  writeStripes(root);
  const run = join(root, "run");
  await runRecipe({
    recipe: { ...stripesRecipe, data: join(root, "stripes.npz") },
    path: run,
    transfer: false,
    startResources: async () => ({
      executor: inlineExecutor({ device: "cpu", threads: 1 }),
      memory: 1e9,
    }),
    circumstances: {
      command: "test",
      versions: {},
      machine: (device) => ({ cpu: "test", cores: 1, device }),
    },
  });
  ({ files } = await exportBundle({ run, path: bundle, withTestData: true }));
});

describe.skipIf(!chromium)("a bundle", () => {
  test("made in Node is opened, verified and used in a page", async () => {
    const page = await open({ folders: { bundle } });
    const seen = await page.evaluate(async (names) => {
      const { library, fetchFiles } = globalThis.tests;
      const workbench = await library.openWorkbench({ device: "wasm" });
      const bundle = await workbench.openBundle(await fetchFiles("/bundle", names));
      const steps: number[][] = [];
      const verification = await workbench.verifyBundle(bundle, (...progress) =>
        steps.push(progress),
      );
      const network = await workbench.train({ distilled: bundle });
      const probabilities = await workbench.classify(network, new Uint8Array(64).fill(80));
      const images = bundle.images.shape;
      workbench.close();
      return {
        verification,
        steps,
        images,
        name: bundle.config.name,
        accuracies: [network.before, network.accuracy],
        claimedBefore: bundle.config.accuracy_before.mean,
        sum: probabilities.reduce((sum, one) => sum + one, 0),
      };
    }, files);
    const { claimed, measured, agrees } = seen.verification;
    expect(agrees).toBe(true);
    expect(measured).toEqual(claimed);
    expect(measured.mean).toBeGreaterThan(0.5);
    expect(seen.accuracies).toEqual([seen.claimedBefore, measured.mean]);
    expect(seen.steps).toEqual([[1, 1]]);
    expect(seen.images).toEqual([1, 3, 1, 8, 8]);
    expect(seen.name).toBe("stripes");
    expect(seen.sum).toBeCloseTo(1, 5);
  });

  test("whose test images were changed is refused", async () => {
    const page = await open({ folders: { bundle } });
    const message = await page.evaluate(async (names) => {
      const { library, fetchFiles } = globalThis.tests;
      const workbench = await library.openWorkbench({ device: "wasm" });
      const files = await fetchFiles("/bundle", names);
      const bytes = files.get("test.safetensors")!;
      bytes[bytes.length - 1]! ^= 1;
      return workbench.openBundle(files).then(
        () => "nothing",
        (error: Error) => error.message,
      );
    }, files);
    expect(message).toMatch(/^test\.safetensors hold other images than the claim is about/);
  });

  test("made in a page is verified by its own program in Node", async () => {
    const page = await open();
    const made = await page.evaluate(async () => {
      const { library, digits, digitsRecipe } = globalThis.tests;
      const workbench = await library.openWorkbench({ device: "wasm" });
      const run = workbench.distil({ recipe: digitsRecipe(12), dataset: digits() });
      const early = await run.started
        .then(() => workbench.bundle(run))
        .catch((error: Error) => error.message);
      await run.finished;
      const files = await workbench.bundle(run);
      workbench.close();
      return { early, files: [...files].map(([name, bytes]) => [name, [...bytes]] as const) };
    });
    expect(made.early).toMatch(/^the run is not finished/);
    const folder = join(root, "made-in-page");
    for (const [name, bytes] of made.files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), Uint8Array.from(bytes));
    }
    const names = made.files.map(([name]) => name).sort();
    expect(names).toEqual([...files]);
    symlinkSync(
      fileURLToPath(new URL("../../node_modules", import.meta.url)),
      join(root, "node_modules"),
      "junction",
    );
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, "verify.mjs")], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^OK: /m);
    expect(status).toBe(0);
  });
});
