import { describe, expect, test } from "vitest";
import {
  alexcifarnet,
  lenet,
  type Network,
  networkFor,
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

/** A graph by its name, computed as on a target. */
type GraphsOf = (network: Network) => readonly RecipeGraph[];

const programsOf = (graphsOf: GraphsOf, name: string, network: Network) =>
  targets.map((target) => {
    const graph = graphsOf(networkFor(target, network)).find((other) => other.name === name)!;
    return { target, ...compile(toGraph(graph), target) };
  });

/** Median over the seeds of each output's relative error, by "target output". */
async function errorsOf(
  graphsOf: GraphsOf,
  name: string,
  network: Network,
  seeds: readonly number[],
) {
  const errors = new Map<string, number[]>();
  const graph = graphsOf(network).find((other) => other.name === name)!;
  const programs = programsOf(graphsOf, name, network);
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

async function expectWithinTolerance(
  graphsOf: GraphsOf,
  name: string,
  network: Network,
  seeds: number[],
) {
  const errors = await errorsOf(graphsOf, name, network, seeds);
  expect(errors.length).toBeGreaterThan(targets.length);
  expect(errors.filter(([, error]) => !(error <= TOLERANCE))).toEqual([]);
}

/** 70 images are more than one micro-batch. */
const lenetUnrolls: Unroll[] = [
  { steps: 1, epochs: 1, imagesPerStep: 10, batch: 70 },
  { steps: 2, epochs: 2, imagesPerStep: 10, batch: 70 },
];

describe.each(lenetUnrolls)("LeNet with $steps steps x $epochs epochs", (unroll) => {
  const network = lenet();
  const graphsOf: GraphsOf = (net) => recipeGraphs(net, "softmax_cross_entropy", unroll);
  const names = graphsOf(network)
    .map(({ name }) => name)
    .filter(
      // The other graphs do not know how many steps there are.
      (name) => unroll.steps === 1 || name === "meta_gradient",
    );

  test.each(names)("%s agrees with the interpreter", async (name) => {
    await expectWithinTolerance(graphsOf, name, network, [1, 2, 3, 4, 5]);
  });

  test.each(names)("%s does not depend on the runtime's optimisations", async (name) => {
    const feeds = recipeFeeds(graphsOf(network).find((graph) => graph.name === name)!, network, 6);
    for (const { target, bytes, inputs } of programsOf(graphsOf, name, network)) {
      const optimised = await runModel(bytes, inputs, feeds);
      const plain = await runModel(bytes, inputs, feeds, { graphOptimizationLevel: "disabled" });
      for (const [output, numbers] of optimised) {
        expect(relativeError(numbers, plain.get(output)!), `${target} ${output}`).toBeLessThan(
          TOLERANCE,
        );
      }
    }
  });
});

test("AlexCifarNet's meta-gradient agrees with the interpreter", async () => {
  const network = alexcifarnet();
  const unroll = { steps: 1, epochs: 1, imagesPerStep: 1, batch: 2 };
  const graphsOf: GraphsOf = (net) => recipeGraphs(net, "softmax_cross_entropy", unroll);
  await expectWithinTolerance(graphsOf, "meta_gradient", network, [1]);
});

test("a loss on one logit agrees with the interpreter", async () => {
  const network = lenet({ classes: 1 });
  const unroll = { steps: 1, epochs: 1, imagesPerStep: 2, batch: 4 };
  const graphsOf: GraphsOf = (net) => recipeGraphs(net, "binary_cross_entropy", unroll);
  for (const { name } of graphsOf(network)) {
    await expectWithinTolerance(graphsOf, name, network, [1, 2, 3]);
  }
});
