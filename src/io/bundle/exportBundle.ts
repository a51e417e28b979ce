/** A finished run as a folder that others can use and check without this project. */
import { mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { inlineExecutor } from "../../runtime/executor.ts";
import { writeFileAtomic } from "../atomicFile.ts";
import { expectUnused, writeFolderAtomic } from "../atomicFolder.ts";
import { openFinishedRun } from "../finishedRun.ts";
import { RunDirectory } from "../runDirectory.ts";
import type { RunSummary } from "../runReport.ts";
import type { BundleConfig } from "./bundleConfig.ts";
import { bundleFiles, verifierNames } from "./bundleFiles.ts";
import { type ClaimOptions, claimOf } from "./claim.ts";
import { startingWeights, type WeightOptions } from "./startingWeights.ts";
import { testDataOf } from "./testData.ts";

export interface BundleOptions extends WeightOptions, ClaimOptions {
  /** Folder of the run. */
  readonly run: string;
  /** Folder of the bundle, which must not exist or be empty. */
  readonly path: string;
  /** Whether test images travel with the bundle even where the verifiers could read them from elsewhere. */
  readonly withTestData?: boolean;
}

export interface Bundle {
  readonly path: string;
  readonly config: BundleConfig;
  /** All files, sorted. */
  readonly files: readonly string[];
}

/**
 * Writes the bundle of a run: the result with its pictures, graphs and initial weights, the accuracy that it claims, and
 * two programs that repeat it.
 * @throws when the run is not finished, its data or networks are not those that it was made with, or `path` is in use.
 * @throws the signal's reason once it is aborted; nothing is left behind.
 */
export async function exportBundle(options: BundleOptions): Promise<Bundle> {
  const { run, path, dataDir, skipBad, cacheDir, onDecoded, signal } = options;
  const data = { dataDir, skipBad, cacheDir, onDecoded, signal };
  await expectUnused(path);
  const { problem, distilled } = await openFinishedRun(run, data);
  const directory = await RunDirectory.open(run);
  const summary = await readSummary(directory);
  const { recipe, dataset } = problem;
  const weights = await startingWeights(directory, problem, summary.accuracy.n, {
    ...data,
    weights: options.weights,
  });
  const testData = await testDataOf(recipe, dataset, {
    dataDir,
    included: options.withTestData,
  });
  const executor = inlineExecutor({ device: "cpu", target: "portable", threads: 1 });
  const claim = await claimOf(problem, distilled, weights, summary, executor, options).finally(() =>
    executor.close(),
  );
  const own = ["distilled.safetensors", "recipe.json", ...(await pictures(directory))];
  const { config, files } = bundleFiles({
    problem,
    results: await contents(own, (name) => directory.read(name)),
    summary,
    claim,
    weights,
    testData,
    verifiers: await contents(verifierNames, (name) => readFile(new URL(name, import.meta.url))),
  });
  await writeFolderAtomic(path, async (folder) => {
    for (const [name, content] of files) {
      signal?.throwIfAborted();
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFileAtomic(join(folder, name), content);
    }
  });
  return { path, config, files: [...files.keys()].sort() };
}

async function contents(
  names: readonly string[],
  read: (name: string) => Promise<Uint8Array>,
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const name of names) files.set(name, await read(name));
  return files;
}

async function readSummary(directory: RunDirectory): Promise<RunSummary> {
  const bytes = await directory.read("summary.json").catch(() => {
    throw new Error(
      `${directory.path} has no accuracy to claim: its evaluation was not finished. Continue it with: onnx-distill run <recipe> --resume --out ${directory.path}`,
    );
  });
  return JSON.parse(new TextDecoder().decode(bytes)) as RunSummary;
}

async function pictures({ path }: RunDirectory): Promise<string[]> {
  const names: string[] = await readdir(join(path, "images")).catch(() => []);
  return names.filter((name) => /^[^.].*\.png$/.test(name)).map((name) => `images/${name}`);
}
