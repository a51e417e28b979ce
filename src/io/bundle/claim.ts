/** The accuracy that a bundle claims, and how closely others are to meet it. */
import { innerStepGraph, toGraph } from "../../../graphs/index.ts";
import type { AttackScores } from "../../distill/attack.ts";
import { batchOf, type Distilled } from "../../distill/distilled.ts";
import { type Evaluation, type Statistic, summarize } from "../../distill/evaluate.ts";
import { Tester } from "../../distill/measure.ts";
import type { Parameters, Problem } from "../../distill/problem.ts";
import { isFixed } from "../../distill/recipe.ts";
import { compile } from "../../onnx/compile.ts";
import { random } from "../../random/generator.ts";
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
  /** Called whenever a network has been measured; a fixed one is measured several times. */
  onNetwork?(done: number, total: number): void;
}

/** What the same networks may differ by where no unit decides otherwise: a tenth of a per cent. */
const SAME_NETWORKS = 0.001;

/** How often the images of a fixed network are moved to see what rounding does to its accuracy. */
const MOVES = 8;

/** Two units in the last place of a float32: what sums of some hundred terms differ by between processors. */
const ROUNDING = 2 ** -22;

/**
 * For networks in the bundle, what its own graphs give step by step in one thread, as its verifiers run them: the faster
 * graphs of a run round differently, and over many steps that shows. For others what the run measured, give or take two
 * standard deviations.
 *
 * Of many networks two standard errors are allowed: on other processors rounding moves some of them by a per cent. A fixed one
 * is trained again on images that are moved by as little as rounding, and what that does to its accuracy is allowed.
 * Learned images come to rest where two values of a max-pooling window are as good as equal; which of them passes the
 * gradient on then depends on the processor.
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
  const measure = (images: Distilled, done: number, total: number) =>
    measured(problem, images, networks, executor, options.signal, (network) =>
      options.onNetwork?.(done + network, total),
    );
  const { length: n } = networks;
  if (!isFixed(problem.recipe)) {
    const { accuracy, attack } = await measure(distilled, 0, n);
    const standardErrors = (2 * accuracy.std) / Math.sqrt(n);
    return { accuracy, attack, tolerance: Math.max(standardErrors, SAME_NETWORKS) };
  }
  const total = n * (1 + MOVES);
  const { accuracy, attack } = await measure(distilled, 0, total);
  let moved = 0;
  for (let draw = 1; draw <= MOVES; draw++) {
    const other = await measure(movedByRounding(distilled, draw), n * draw, total);
    moved = Math.max(moved, Math.abs(other.accuracy.mean - accuracy.mean));
  }
  return { accuracy, attack, tolerance: SAME_NETWORKS + moved };
}

/** The same with every value of the images moved at random by as much as rounding does. */
function movedByRounding({ images, labels, learningRates }: Distilled, draw: number): Distilled {
  const stream = random(draw, "rounding");
  const moved = images.map((value) => value * (1 + ROUNDING * (2 * stream.uniform() - 1)));
  return { images: moved, labels, learningRates };
}

async function measured(
  problem: Problem,
  distilled: Distilled,
  networks: readonly Parameters[],
  executor: Executor,
  signal: AbortSignal | undefined,
  onNetwork: (done: number) => void,
): Promise<Evaluation> {
  let done = 0;
  const trained = await trainStepwise(problem, distilled, networks, executor, signal);
  const tester = new Tester(problem, executor, () => {
    signal?.throwIfAborted();
    onNetwork(++done);
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
