import { join } from "node:path";
import { expect, test } from "vitest";
import { metaGradientGraph, type Network, networkFor, toGraph } from "../../graphs/index.ts";
import { benchCases, benchProblem } from "../../src/bench/cases.ts";
import {
  evaluationBytes,
  measuredProgram,
  processBytes,
} from "../../src/distill/memoryEstimate.ts";
import { planMetaGradient } from "../../src/distill/plan.ts";
import { readModelFile } from "../../src/io/modelFile.ts";
import { networkOfModel } from "../../src/io/modelNetwork.ts";
import { optimize } from "../../src/ir/passes/index.ts";
import type { Target } from "../../src/onnx/lowering/index.ts";
import { realDataDir } from "../realData.ts";
import { stripesProblem } from "./stripesProblem.ts";

const MEBI = 2 ** 20;

/** What a loaded meta-gradient takes with its feeds, over what a process with the same resident size took, in MiB. */
function ratio(
  network: Network,
  unroll: Parameters<typeof metaGradientGraph>[2],
  target: Target,
  took: number,
): number {
  const graph = metaGradientGraph(networkFor(target, network), "softmax_cross_entropy", unroll);
  return measuredProgram(optimize(toGraph(graph)), target).bytes / MEBI / took;
}

/** Resident size after a first run less that before loading; ONNX Runtime 1.30 on Linux, AVX-512, one thread. */
test.each([
  ["a", "cpu", 133],
  ["c", "cpu-nChw16c", 1071],
  ["d", "cpu-nChw16c", 1437],
] as const)(
  "the benchmark's case %s takes what was measured, within a fifth",
  (name, target, took) => {
    const { network, unroll } = benchProblem(benchCases.find((one) => one.name === name)!, {
      seed: 1,
    });
    const estimated = ratio(network, unroll, target, took);
    expect(estimated).toBeGreaterThan(0.8);
    expect(estimated).toBeLessThan(1.2);
  },
);

const dir = realDataDir("onnx");

test.skipIf(!dir).each([
  [2, 2121],
  [10, 4401],
])(
  "an imported SqueezeNet of %i classes takes what was measured, within a fifth",
  async (classes, took) => {
    const path = join(dir!, "onnx", "squeezenet1.0_deepcompression_imagenet.onnx");
    const head = { layer: "conv_final", classes };
    const { network } = networkOfModel(path, await readModelFile(path), { head });
    const unroll = { steps: 1, epochs: 3, imagesPerStep: classes, batch: 32 };
    const estimated = ratio(network, unroll, "cpu-nChw16c", took);
    expect(estimated).toBeGreaterThan(0.8);
    expect(estimated).toBeLessThan(1.2);
  },
);

test("a plan counts the evaluation in every lane, and data and networks once", () => {
  const problem = stripesProblem({ knownNetworks: 2 });
  const plan = planMetaGradient(problem, { target: "cpu", lanes: 2, memory: 2e9 });
  expect(plan.bytes).toBeGreaterThan(evaluationBytes(problem, "cpu"));
  const one = stripesProblem();
  const parameters = one.network.parameters.reduce(
    (sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1),
    0,
  );
  expect(processBytes(problem, 100) - processBytes(one, 100)).toBe(4 * parameters);
  expect(processBytes(one, 200)).toBeGreaterThan(processBytes(one, 100));
});
