import { expect, test } from "vitest";
import { metaGradientGraph, outerLossGraph, toGraph } from "../../graphs/index.ts";
import { benchCases, benchProblem } from "../../src/bench/cases.ts";
import { productFlops } from "../../src/bench/flops.ts";
import { matrixPeak } from "../../src/bench/matrixPeak.ts";
import { prepareOurSide } from "../../src/bench/ours.ts";
import { selectImages } from "../../src/data/subsets.ts";
import { toFloat32Array } from "../../src/io/safetensors.ts";
import { relativeError } from "../../src/ir/float32.ts";
import { evaluate } from "../../src/ir/interpreter/index.ts";
import { inlineExecutor } from "../../src/runtime/executor.ts";

const executor = inlineExecutor({ device: "cpu", threads: 1 });
const [caseA] = benchCases;

test("our side hands over the inputs of its gradient: the interpreter computes the same from them", async () => {
  const problem = benchProblem({ ...caseA!, batch: 4 }, { seed: 3 });
  const { inputs, result, flops } = await prepareOurSide(caseA!, problem, executor);
  const graph = toGraph(metaGradientGraph(problem.network, problem.loss, problem.unroll));
  expect([...inputs.keys()].sort()).toEqual(graph.inputs.map(({ attrs }) => attrs.name).sort());
  for (const { attrs } of graph.inputs) expect(inputs.get(attrs.name)!.shape).toEqual(attrs.shape);
  expect(flops).toBe(productFlops(graph));

  const feeds = new Map([...inputs].map(([name, tensor]) => [name, toFloat32Array(tensor)]));
  const { value } = graph.outputs.find(({ name }) => name === "grad_distilled_images")!;
  const [expected] = evaluate([value], feeds);
  expect(relativeError(result, expected!)).toBeLessThan(1e-5);
});

test("our side times every iteration and tells its peak memory", async () => {
  const problem = benchProblem({ ...caseA!, batch: 4 }, { seed: 3 });
  const { run } = await prepareOurSide(caseA!, problem, executor);
  const { milliseconds, rss } = await run(3);
  expect(milliseconds).toHaveLength(3);
  for (const time of milliseconds) expect(time).toBeGreaterThan(0);
  expect(rss).toBeGreaterThan(2 ** 20);
});

test.each(benchCases)("case $name is a problem of its sizes", (benchCase) => {
  const { name, network, classes, steps, epochs, batch } = benchCase;
  const { unroll, recipe, dataset } = benchProblem(benchCase, { seed: 1 });
  expect(unroll).toEqual({ steps, epochs, imagesPerStep: classes, batch });
  expect(recipe).toMatchObject({ name: `bench-${name}`, network });
  expect(dataset.classes).toHaveLength(classes);
});

test("the evaluation hands over the weights after training, which more images do not change", async () => {
  const benchCase = benchCases.find(({ work }) => work === "evaluation")!;
  const problem = benchProblem({ ...benchCase, steps: 2, epochs: 1, batch: 4 }, { seed: 3 });
  const { test: split } = problem.dataset;
  const few = {
    images: split.images.subarray(0, 10 * 784),
    labels: split.labels.subarray(0, 10),
    count: 10,
  };
  const small = { ...problem, dataset: { ...problem.dataset, test: few } };
  const { inputs, result, run } = await prepareOurSide(benchCase, small, executor);
  const initial = problem.network.parameters.flatMap(({ name }) => [
    ...toFloat32Array(inputs.get(name)!),
  ]);
  expect(result).toHaveLength(initial.length);
  expect(relativeError(result, initial)).toBeGreaterThan(1e-4);
  expect(inputs.get("real_images")!.shape).toEqual([10, 1, 28, 28]);
  expect((await run(1)).milliseconds).toHaveLength(1);
});

test("the training hands over an epoch in its order, and the losses of its steps", async () => {
  const benchCase = { ...benchCases.find(({ work }) => work === "training")!, batch: 8 };
  const problem = benchProblem(benchCase, { seed: 3 });
  const train = selectImages(problem.dataset.train, [...Array(20).keys()]);
  const small = { ...problem, dataset: { ...problem.dataset, train } };
  const { inputs, result, run } = await prepareOurSide(benchCase, small, executor);
  expect(inputs.get("real_images")!.shape).toEqual([20, 1, 28, 28]);
  expect(result).toHaveLength(3);
  const { network, loss } = problem;
  const graph = toGraph(outerLossGraph(network, loss, 8));
  const feeds = new Map([...inputs].map(([name, tensor]) => [name, toFloat32Array(tensor)]));
  for (const name of ["real_images", "real_labels"]) {
    const numbers = feeds.get(name)!;
    feeds.set(name, numbers.slice(0, (numbers.length / 20) * 8));
  }
  const [first] = evaluate([graph.outputs[0]!.value], feeds);
  expect(relativeError(result.subarray(0, 1), first!)).toBeLessThan(1e-5);
  expect((await run(1)).milliseconds).toHaveLength(1);
});

test("matrix products have a speed", async () => {
  const speed = await matrixPeak(executor, { size: 16, products: 2, repeats: 1 });
  expect(speed).toBeGreaterThan(0);
  expect(speed).toBeLessThan(Number.POSITIVE_INFINITY);
});
