/** A finished run as a folder that others can use and check without this project. */
import { mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "../atomicFile.ts";
import { expectUnused, writeFolderAtomic } from "../atomicFolder.ts";
import { openFinishedRun } from "../finishedRun.ts";
import { writeProblemGraphs } from "../problemGraphs.ts";
import { RunDirectory } from "../runDirectory.ts";
import type { RunSummary } from "../runReport.ts";
import { type BundleConfig, bundleConfig } from "./bundleConfig.ts";
import { type ClaimOptions, claimOf } from "./claim.ts";
import { modelCard } from "./modelCard.ts";
import { preprocessorConfig } from "./preprocessorConfig.ts";
import { startingWeights, type WeightOptions } from "./startingWeights.ts";
import { encodeTestImages, testDataOf } from "./testData.ts";

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

const CARD = "README.md";
const verifiers = ["verify.py", "verify.mjs", "verify-inputs.mjs"] as const;

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
  const claim = await claimOf(problem, distilled, weights, summary, options);
  const config = bundleConfig(problem, claim, summary, [...weights.keys()], testData);
  let files: string[] = [];
  await writeFolderAtomic(path, async (folder) => {
    const write = async (name: string, content: string | Uint8Array): Promise<void> => {
      signal?.throwIfAborted();
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFileAtomic(join(folder, name), content);
    };
    await writeProblemGraphs(folder, problem);
    for (const name of ["distilled.safetensors", "recipe.json", ...(await pictures(directory))])
      await write(name, await directory.read(name));
    for (const [name, bytes] of weights) await write(name, bytes);
    if (testData.format === "safetensors")
      await write(testData.files[0], encodeTestImages(dataset));
    await write("config.json", asJson(config));
    await write("preprocessor_config.json", asJson(preprocessorConfig(problem)));
    for (const name of verifiers) await write(name, await readFile(new URL(name, import.meta.url)));
    files = [...(await filesBelow(folder)), CARD].sort();
    await write(CARD, modelCard(config, files));
  });
  return { path, config, files };
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

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .map((name) => name.replaceAll("\\", "/"));
}

const asJson = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
