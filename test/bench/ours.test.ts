import { expect, test } from "vitest";
import { metaGradientGraph, toGraph } from "../../graphs/index.ts";
import { benchCases, benchProblem } from "../../src/bench/cases.ts";
import { productFlops } from "../../src/bench/flops.ts";
import { matrixPeak } from "../../src/bench/matrixPeak.ts";
import { prepareOurSide } from "../../src/bench/ours.ts";
import { toFloat32Array } from "../../src/io/safetensors.ts";
import { relativeError } from "../../src/ir/float32.ts";
import { evaluate } from "../../src/ir/interpreter/index.ts";
import { inlineExecutor } from "../../src/runtime/executor.ts";

const executor = inlineExecutor({ device: "cpu", threads: 1 });
const [caseA] = benchCases;

test("our side hands over the inputs of its gradient: the interpreter computes the same from them", async () => {
  const problem = benchProblem(caseA!, { batch: 4, seed: 3 });
  const { inputs, imageGradient, flops } = await prepareOurSide(problem, executor);
  const graph = toGraph(metaGradientGraph(problem.network, problem.loss, problem.unroll));
  expect([...inputs.keys()].sort()).toEqual(graph.inputs.map(({ attrs }) => attrs.name).sort());
  for (const { attrs } of graph.inputs) expect(inputs.get(attrs.name)!.shape).toEqual(attrs.shape);
  expect(flops).toBe(productFlops(graph));

  const feeds = new Map([...inputs].map(([name, tensor]) => [name, toFloat32Array(tensor)]));
  const { value } = graph.outputs.find(({ name }) => name === "grad_distilled_images")!;
  const [expected] = evaluate([value], feeds);
  expect(relativeError(imageGradient, expected!)).toBeLessThan(1e-5);
});

test("our side times every iteration and tells its peak memory", async () => {
  const problem = benchProblem(caseA!, { batch: 4, seed: 3 });
  const { run } = await prepareOurSide(problem, executor);
  const { milliseconds, rss } = await run(3);
  expect(milliseconds).toHaveLength(3);
  for (const time of milliseconds) expect(time).toBeGreaterThan(0);
  expect(rss).toBeGreaterThan(2 ** 20);
});

test.each(benchCases)("case $name is a problem on stroke digits", ({ steps, epochs, name }) => {
  const { unroll, recipe } = benchProblem(benchCases.find((known) => known.name === name)!, {
    batch: 16,
    seed: 1,
  });
  expect(unroll).toEqual({ steps, epochs, imagesPerStep: 10, batch: 16 });
  expect(recipe).toMatchObject({ network: "lenet", data: "stroke-digits" });
});

test("matrix products have a speed", async () => {
  const speed = await matrixPeak(executor, { size: 16, products: 2, repeats: 1 });
  expect(speed).toBeGreaterThan(0);
  expect(speed).toBeLessThan(Number.POSITIVE_INFINITY);
});
