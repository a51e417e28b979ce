/** The accuracy that a bundle claims, and how closely others are to meet it. */
import { innerStepGraph, toGraph } from "../../../graphs/index.ts";
import type { AttackScores } from "../../distill/attack.ts";
import { batchOf, type Distilled } from "../../distill/distilled.ts";
import { type Evaluation, type Statistic, summarize } from "../../distill/evaluate.ts";
import { Tester } from "../../distill/measure.ts";
import type { Parameters, Problem } from "../../distill/problem.ts";
import { isFixed } from "../../distill/recipe.ts";
import { compile } from "../../onnx/compile.ts";
import type { Executor } from "../../runtime/executor.ts";
import type { RunSummary } from "../runReport.ts";
import { decodeSafetensors, toFloat32Array } from "../safetensors.ts";
import type { WeightFiles } from "./startingWeights.ts";

export interface Claim {
  /** On the test images; of an attack, against the changed labels. */
  readonly accuracy: Statistic;
  readonly attack?: AttackScores<Statistic>;
  /** How far a measured mean may lie from the claimed one. */
  readonly tolerance: number;
}

export interface ClaimOptions {
  signal?: AbortSignal;
  /** Called whenever a network has been measured. */
  onNetwork?(done: number, total: number): void;
}

/** What the same networks may differ by: a tenth of a per cent. */
const SAME_NETWORKS = 0.001;

/**
 * For networks in the bundle, what its own graphs give step by step in one thread, as its verifiers run them: the faster
 * graphs of a run round differently, and over many steps that shows. For others what the run measured, give or take two
 * standard deviations.
 * The executor is to have the portable target and one thread.
 * @throws the signal's reason once it is aborted.
 */
export async function claimOf(
  problem: Problem,
  distilled: Distilled,
  weights: WeightFiles,
  summary: RunSummary,
  executor: Executor,
  options: ClaimOptions = {},
): Promise<Claim> {
  if (weights.size === 0) {
    const { accuracy, attack } = summary;
    const tolerance = Math.max(2 * accuracy.std, SAME_NETWORKS);
    return { accuracy, attack: attack?.after, tolerance };
  }
  const networks = [...weights.values()].map(decodeParameters);
  const { accuracy, attack } = await measured(problem, distilled, networks, executor, options);
  return { accuracy, attack, tolerance: toleranceOf(problem, accuracy) };
}

/** Of a sample of networks, two standard errors: on other processors rounding moves some of them by a per cent. */
const toleranceOf = ({ recipe }: Problem, { std, n }: Statistic): number =>
  isFixed(recipe) ? SAME_NETWORKS : Math.max((2 * std) / Math.sqrt(n), SAME_NETWORKS);

async function measured(
  problem: Problem,
  distilled: Distilled,
  networks: readonly Parameters[],
  executor: Executor,
  { signal, onNetwork }: ClaimOptions,
): Promise<Evaluation> {
  let done = 0;
  const trained = await trainStepwise(problem, distilled, networks, executor, signal);
  const tester = new Tester(problem, executor, () => {
    signal?.throwIfAborted();
    onNetwork?.(++done, networks.length);
  });
  return summarize(await tester.measureEach(trained, problem.dataset.test));
}

const decodeParameters = (bytes: Uint8Array): Parameters =>
  new Map([...decodeSafetensors(bytes).tensors].map(([name, raw]) => [name, toFloat32Array(raw)]));

async function trainStepwise(
  { network, loss, unroll }: Problem,
  { images, labels, learningRates }: Distilled,
  networks: readonly Parameters[],
  executor: Executor,
  signal: AbortSignal | undefined,
): Promise<Parameters[]> {
  const innerStep = compile(
    toGraph(innerStepGraph(network, loss, unroll.imagesPerStep)),
    executor.target,
  );
  let trained = [...networks];
  for (const [i, rate] of learningRates.entries()) {
    signal?.throwIfAborted();
    const s = i % unroll.steps;
    const feeds = trained.map(
      (parameters) =>
        new Map([
          ...parameters,
          ["images", batchOf(images, s, unroll.steps)],
          ["labels", batchOf(labels, s, unroll.steps)],
          ["learning_rate", Float32Array.of(rate)],
        ]),
    );
    const results = await executor.run(innerStep, feeds);
    trained = results.map(
      (tensors, k) =>
        new Map([
          ...trained[k]!,
          ...network.parameters.map(
            ({ name }) => [name, tensors.get(`next_parameter.${name}`)!] as const,
          ),
        ]),
    );
  }
  return trained;
}
