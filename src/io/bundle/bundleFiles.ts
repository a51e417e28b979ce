/** The files of a bundle, wherever they are kept. */
import type { Problem } from "../../distill/problem.ts";
import { encodeGraphs } from "../encodedGraphs.ts";
import { problemGraphOptions } from "../problemGraphs.ts";
import type { RunSummary } from "../runReport.ts";
import { type BundleConfig, bundleConfig } from "./bundleConfig.ts";
import type { Claim } from "./claim.ts";
import { modelCard } from "./modelCard.ts";
import { preprocessorConfig } from "./preprocessorConfig.ts";
import type { WeightFiles } from "./startingWeights.ts";
import { encodeTestImages, type TestData } from "./testImages.ts";

/** What a bundle is made of. */
export interface BundleParts {
  readonly problem: Problem;
  /** distilled.safetensors, recipe.json and the pictures, as the run has them. */
  readonly results: ReadonlyMap<string, Uint8Array>;
  readonly summary: RunSummary;
  readonly claim: Claim;
  readonly weights: WeightFiles;
  readonly testData: TestData;
  /** The programs that repeat the accuracy. */
  readonly verifiers: ReadonlyMap<string, Uint8Array>;
}

/** The names of these programs, which lie beside this file. */
export const verifierNames = ["verify.py", "verify.mjs", "verify-inputs.mjs"] as const;

const CARD = "README.md";

/** Graphs, config and model card to the parts of a bundle: all its files by name, and its config. */
export function bundleFiles({
  problem,
  results,
  summary,
  claim,
  weights,
  testData,
  verifiers,
}: BundleParts): { readonly config: BundleConfig; readonly files: Map<string, Uint8Array> } {
  const config = bundleConfig(problem, claim, summary, [...weights.keys()], testData);
  const files = new Map([
    ...encodeGraphs(problemGraphOptions(problem)).files,
    ...results,
    ...weights,
    ...verifiers,
    ["config.json", asJson(config)],
    ["preprocessor_config.json", asJson(preprocessorConfig(problem))],
  ]);
  if (testData.format === "safetensors")
    files.set(testData.files[0], encodeTestImages(problem.dataset));
  const names = [...files.keys(), CARD].sort();
  return { config, files: files.set(CARD, asBytes(modelCard(config, names))) };
}

const asBytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const asJson = (value: unknown): Uint8Array => asBytes(`${JSON.stringify(value, undefined, 2)}\n`);
