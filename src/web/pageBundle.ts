/** The bundle of a run that was made in a page: the files that `export` writes of one made in Node. */
import type { Distilled } from "../distill/distilled.ts";
import { knownParameters } from "../distill/initialization.ts";
import type { Problem } from "../distill/problem.ts";
import { isFixed, type Recipe } from "../distill/recipe.ts";
import { bundleFiles, type verifierNames } from "../io/bundle/bundleFiles.ts";
import { claimOf } from "../io/bundle/claim.ts";
import { TEST_FILE, type TestData } from "../io/bundle/testImages.ts";
import { encodeDistilled } from "../io/distilledFile.ts";
import { type RunState, runPictures } from "../io/runPictures.ts";
import type { RunSummary } from "../io/runReport.ts";
import { encodeNetwork } from "../io/weights/encodeNetwork.ts";
import type { Executor } from "../runtime/executor.ts";
import { sha256 } from "./bundleTestImages.ts";
import type { FinishedRun } from "./finishedRun.ts";
import { VERSION } from "./version.ts";

/** A finished run, and images of its checkpoints. */
export interface BundledRun {
  readonly problem: Problem;
  readonly distilled: Distilled;
  readonly finished: FinishedRun;
  readonly states: readonly RunState[];
}

/** Where the page's scripts have the programs that repeat an accuracy. */
const verifierAddresses: Readonly<Record<(typeof verifierNames)[number], URL>> = {
  "verify.py": new URL("../io/bundle/verify.py", import.meta.url),
  "verify.mjs": new URL("../io/bundle/verify.mjs", import.meta.url),
  "verify-inputs.mjs": new URL("../io/bundle/verify-inputs.mjs", import.meta.url),
};

/**
 * All files by name. The executor is to have the portable target: the claim is what the bundle's own graphs give.
 * @throws Error when the page's server lacks the verifiers, or the page cannot hash.
 */
export async function pageBundle(
  { problem, distilled, finished, states }: BundledRun,
  executor: Executor,
  runtime: string,
): Promise<Map<string, Uint8Array>> {
  const { recipe } = problem;
  const summary = summaryOf(recipe, finished, executor, runtime);
  const weights = initialWeights(problem);
  const { files } = bundleFiles({
    problem,
    results: new Map([
      ["distilled.safetensors", encodeDistilled(problem, distilled)],
      ["recipe.json", new TextEncoder().encode(`${JSON.stringify(recipe, undefined, 2)}\n`)],
      ...(await runPictures(problem, distilled, states)),
    ]),
    summary,
    claim: await claimOf(problem, distilled, weights, summary, executor),
    weights,
    testData: await includedTestData(problem),
    verifiers: await fetchVerifiers(),
  });
  return files;
}

const summaryOf = (
  { outer }: Recipe,
  { iteration, seconds, before, accuracy, baseline, attack }: FinishedRun,
  { device }: Executor,
  runtime: string,
): RunSummary => ({
  run: "a web page",
  iterations: outer.iterations,
  seconds,
  before,
  accuracy,
  baseline,
  attack,
  selected: { select: "last", iteration },
  command: "npx onnx-distill run recipe.json # made in a web page by the same library",
  versions: { "onnx-distill": VERSION, "onnxruntime-web": runtime },
  machine: { cpu: navigator.userAgent, cores: navigator.hardwareConcurrency, device },
});

/** The known networks of a fixed initialisation, as a run in Node keeps them. */
const initialWeights = (problem: Problem): Map<string, Uint8Array> =>
  new Map(
    isFixed(problem.recipe)
      ? knownParameters(problem).map((parameters, number) => [
          number === 0 ? "initial.safetensors" : `initial-${number}.safetensors`,
          encodeNetwork(problem.network, parameters),
        ])
      : [],
  );

async function includedTestData({ dataset: { test } }: Problem): Promise<TestData> {
  const hash = await sha256(test.images);
  if (hash === undefined)
    throw new Error("a bundle needs SHA-256, which browsers have on pages from https or localhost");
  return { format: "safetensors", files: [TEST_FILE], count: test.count, images_sha256: hash };
}

async function fetchVerifiers(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const [name, address] of Object.entries(verifierAddresses)) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`the page's server has no ${address.href}: ${answer.status}`);
    files.set(name, new Uint8Array(await answer.arrayBuffer()));
  }
  return files;
}
