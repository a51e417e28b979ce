import { describe, expect, test } from "vitest";
import {
  alexcifarnet,
  lenet,
  type Network,
  type RecipeGraph,
  recipeGraphs,
  toGraph,
  type Unroll,
} from "../../graphs/index.ts";
import { relativeError } from "../../src/ir/float32.ts";
import { evaluate } from "../../src/ir/interpreter/index.ts";
import { compile } from "../../src/onnx/compile.ts";
import type { Target } from "../../src/onnx/lowering/index.ts";
import { recipeFeeds } from "../graphs/recipeFeeds.ts";
import { runModel } from "./session.ts";

const targets: readonly Target[] = ["portable", "cpu"];
const TOLERANCE = 1e-5;

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Median over the seeds of each output's relative error, by "target output". */
async function errorsOf(graph: RecipeGraph, network: Network, seeds: readonly number[]) {
  const errors = new Map<string, number[]>();
  const programs = targets.map((target) => ({ target, ...compile(toGraph(graph), target) }));
  for (const seed of seeds) {
    const feeds = recipeFeeds(graph, network, seed);
    const expected = evaluate(
      graph.outputs.map(({ value }) => value),
      feeds,
    );
    for (const { target, bytes, inputs } of programs) {
      const actual = await runModel(bytes, inputs, feeds);
      graph.outputs.forEach(({ name }, i) => {
        const key = `${target} ${name}`;
        errors.set(key, [
          ...(errors.get(key) ?? []),
          relativeError(actual.get(name)!, expected[i]),
        ]);
      });
    }
  }
  return [...errors].map(([key, all]) => [key, median(all)] as const);
}

async function expectWithinTolerance(graph: RecipeGraph, network: Network, seeds: number[]) {
  const errors = await errorsOf(graph, network, seeds);
  expect(errors.length).toBe(2 * graph.outputs.length);
  expect(errors.filter(([, error]) => !(error <= TOLERANCE))).toEqual([]);
}

const lenetUnrolls: Unroll[] = [
  { steps: 1, epochs: 1, imagesPerStep: 10, batch: 64 },
  { steps: 2, epochs: 2, imagesPerStep: 10, batch: 64 },
];

describe.each(lenetUnrolls)("LeNet with $steps steps x $epochs epochs", (unroll) => {
  const network = lenet();
  const graphs = recipeGraphs(network, "softmax_cross_entropy", unroll).filter(
    // The other graphs do not know how many steps there are.
    ({ name }) => unroll.steps === 1 || name === "meta_gradient",
  );

  test.each(graphs)("$name agrees with the interpreter", async (graph) => {
    await expectWithinTolerance(graph, network, [1, 2, 3, 4, 5]);
  });

  test.each(graphs)("$name does not depend on the runtime's optimisations", async (graph) => {
    const feeds = recipeFeeds(graph, network, 6);
    for (const target of targets) {
      const { bytes, inputs } = compile(toGraph(graph), target);
      const optimised = await runModel(bytes, inputs, feeds);
      const plain = await runModel(bytes, inputs, feeds, { graphOptimizationLevel: "disabled" });
      for (const [name, numbers] of optimised) {
        expect(relativeError(numbers, plain.get(name)!), `${target} ${name}`).toBeLessThan(
          TOLERANCE,
        );
      }
    }
  });
});

test("AlexCifarNet's meta-gradient agrees with the interpreter", async () => {
  const network = alexcifarnet();
  const unroll = { steps: 1, epochs: 1, imagesPerStep: 1, batch: 2 };
  const graphs = recipeGraphs(network, "softmax_cross_entropy", unroll);
  const metaGradient = graphs.find(({ name }) => name === "meta_gradient")!;
  await expectWithinTolerance(metaGradient, network, [1]);
});

test("a loss on one logit agrees with the interpreter", async () => {
  const network = lenet({ classes: 1 });
  const unroll = { steps: 1, epochs: 1, imagesPerStep: 2, batch: 4 };
  for (const graph of recipeGraphs(network, "binary_cross_entropy", unroll)) {
    await expectWithinTolerance(graph, network, [1, 2, 3]);
  }
});
