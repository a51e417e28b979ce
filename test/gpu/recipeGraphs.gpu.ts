/**
 * `npm run test:gpu`: the graphs of a recipe on this machine's GPUs against float64. WebGPU runs through Vulkan, Metal or
 * Direct3D, CUDA where `doctor --install-cuda` put its libraries. Relative L2 errors of each output, the median over five
 * seeds, are printed and held to the tolerance; a seed past it is listed with the first unit that decided differently.
 */
import { afterAll, describe, expect, test } from "vitest";
import {
  alexcifarnet,
  lenet,
  lossFor,
  type RecipeGraph,
  recipeGraphs,
  toGraph,
  type Unroll,
} from "../../graphs/index.ts";
import { firstFlip } from "../../scripts/firstFlip.ts";
import { importedNetwork } from "../../src/distill/importedNetwork.ts";
import type { GivenNetwork } from "../../src/distill/problem.ts";
import { relativeError } from "../../src/ir/float32.ts";
import { evaluate } from "../../src/ir/interpreter/index.ts";
import { compile } from "../../src/onnx/compile.ts";
import { importModel } from "../../src/onnx/import/importModel.ts";
import { tolerance } from "../../src/runtime/devices.ts";
import { type Executor, inlineExecutor } from "../../src/runtime/executor.ts";
import { recipeFeeds } from "../graphs/recipeFeeds.ts";
import { floats, modelOf } from "../onnx/import/modelOf.ts";
import { gpus } from "./gpus.ts";

const SEEDS = [1, 2, 3, 4, 5];

/** What ResNets and MobileNets are made of: stored statistics, a residual, a depthwise and a grouped convolution. */
function residualModel(): GivenNetwork {
  const same = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const model = importModel(
    modelOf({
      input: [1, 3, 8, 8],
      nodes: [
        { op: "Conv", inputs: ["x", "w1"], outputs: ["c1"], attributes: same },
        { op: "BatchNormalization", inputs: ["c1", "g", "b", "m", "v"], outputs: ["n1"] },
        { op: "Relu", inputs: ["n1"], outputs: ["r1"] },
        { op: "Conv", inputs: ["r1", "w2"], outputs: ["c2"], attributes: { ...same, group: 12 } },
        { op: "Conv", inputs: ["c2", "w3"], outputs: ["c3"], attributes: { ...same, group: 2 } },
        { op: "Add", inputs: ["c3", "r1"], outputs: ["a"] },
        {
          op: "AveragePool",
          inputs: ["a"],
          outputs: ["p"],
          attributes: { kernel_shape: [2, 2], strides: [2, 2] },
        },
        { op: "Conv", inputs: ["p", "w4"], outputs: ["c4"], attributes: { kernel_shape: [1, 1] } },
        { op: "GlobalAveragePool", inputs: ["c4"], outputs: ["q"] },
        { op: "Flatten", inputs: ["q"], outputs: ["f"] },
        { op: "Gemm", inputs: ["f", "w5", "b5"] },
      ],
      tensors: [
        floats("w1", [12, 3, 3, 3], 0.3),
        ...["g", "b", "m"].map((name) => floats(name, [12])),
        { ...floats("v", [12]), data: Array.from({ length: 12 }, (_, i) => 0.5 + i / 12) },
        floats("w2", [12, 1, 3, 3], 0.3),
        floats("w3", [12, 6, 3, 3], 0.2),
        floats("w4", [8, 12, 1, 1], 0.3),
        floats("w5", [8, 4], 0.5),
        floats("b5", [4]),
      ],
    }),
  );
  return importedNetwork("residual", model, 1);
}

/** A network, with its own weights or ones that are drawn. */
type Case = Pick<GivenNetwork, "network"> &
  Partial<Pick<GivenNetwork, "weights">> & {
    readonly unroll: Unroll;
  };

const cases: readonly Case[] = [
  { network: lenet(), unroll: { steps: 2, epochs: 1, imagesPerStep: 3, batch: 6 } },
  { network: alexcifarnet(), unroll: { steps: 1, epochs: 1, imagesPerStep: 1, batch: 2 } },
  { ...residualModel(), unroll: { steps: 2, epochs: 1, imagesPerStep: 3, batch: 6 } },
];

// A file needs a test, also where there is no GPU.
if (gpus.length === 0) test.skip("needs a GPU", () => {});

describe.each(gpus)("$device", ({ device }) => {
  const executor = inlineExecutor({ device, threads: 1 });
  afterAll(() => executor.close());

  describe.each(cases)("$network.name", (tried) => {
    const { network, unroll } = tried;
    const graphs = recipeGraphs(network, lossFor(network.classes), unroll);
    test.each(graphs)("$name agrees with float64", async (graph) => {
      const errors = await errorsOf(executor, graph, tried);
      for (const [name, all] of errors) {
        const list = all.map((error) => error.toExponential(1)).join(" ");
        console.log(`${device} ${network.name} ${graph.name} ${name}: ${list}`);
      }
      const worst = SEEDS.filter((_, s) =>
        [...errors.values()].some((all) => !(all[s]! <= tolerance(device))),
      );
      for (const seed of worst) {
        const flip = await firstFlip(toGraph(graph), executor, feedsOf(graph, tried, seed));
        console.log(`  seed ${seed}: ${flip}`);
      }
      for (const [name, all] of errors)
        expect(median(all), name).toBeLessThanOrEqual(tolerance(device));
    });
  });
});

const feedsOf = (graph: RecipeGraph, { network, weights }: Case, seed: number) =>
  new Map(
    [...recipeFeeds(graph, network, seed)].map(([name, data]) => [
      name,
      weights?.get(name) ?? Float32Array.from(data),
    ]),
  );

/** Of every seed, by output. */
async function errorsOf(
  executor: Executor,
  graph: RecipeGraph,
  tried: Case,
): Promise<Map<string, number[]>> {
  const program = compile(toGraph(graph), executor.target);
  const values = graph.outputs.map(({ value }) => value);
  const errors = new Map<string, number[]>(graph.outputs.map(({ name }) => [name, []]));
  for (const seed of SEEDS) {
    const feeds = feedsOf(graph, tried, seed);
    const [result] = await executor.run(program, [feeds]);
    const expected = evaluate(values, feeds);
    graph.outputs.forEach(({ name }, i) => {
      errors.get(name)!.push(relativeError(result!.get(name)!, expected[i]!));
    });
  }
  return errors;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
