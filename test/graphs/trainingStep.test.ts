import { describe, expect, test } from "vitest";
import {
  lenet,
  networkFor,
  outerLossGraph,
  toGraph,
  trainingStepGraph,
} from "../../graphs/index.ts";
import { adamStep, zeroMoments } from "../../src/distill/adam.ts";
import { relativeError } from "../../src/ir/float32.ts";
import { evaluate } from "../../src/ir/interpreter/index.ts";
import { compile } from "../../src/onnx/compile.ts";
import type { Target } from "../../src/onnx/lowering/index.ts";
import { runModel } from "../onnx/session.ts";
import { recipeFeeds } from "./recipeFeeds.ts";
import { tinyMlp } from "./tinyNetworks.ts";

const adam = { betas: [0.5, 0.999], epsilon: 1e-8 } as const;
const RATE = 0.01;

const corrections = (t: number) => adam.betas.map((beta) => 1 - beta ** t);

test("three training steps are Adam on the gradient of the batch's loss", () => {
  const network = tinyMlp();
  const graph = trainingStepGraph(network, "softmax_cross_entropy", 5, adam);
  const loss = outerLossGraph(network, "softmax_cross_entropy", 5);
  const names = network.parameters.map(({ name }) => name);
  let feeds = recipeFeeds(graph, network, 1);
  for (const [name, numbers] of feeds) if (/^\w+_moment\./.test(name)) numbers.fill(0);
  const expected = names.map((name) => ({
    values: Float32Array.from(feeds.get(name)!),
    moments: zeroMoments(feeds.get(name)!.length),
  }));
  for (let t = 1; t <= 3; t++) {
    feeds.set("learning_rate", Float64Array.of(RATE));
    feeds.set("bias_corrections", Float64Array.from(corrections(t)));
    const [before, ...gradients] = evaluate(
      loss.outputs.map(({ value }) => value),
      new Map(feeds)
        .set("real_images", feeds.get("images")!)
        .set("real_labels", feeds.get("labels")!),
    );
    expected.forEach(({ values, moments }, i) => {
      adamStep(values, gradients[i]!, moments, t, { rate: RATE, ...adam });
    });
    const results = evaluate(
      graph.outputs.map(({ value }) => value),
      feeds,
    );
    const outputs = new Map(graph.outputs.map(({ name }, i) => [name, results[i]!]));
    expect(outputs.get("loss")).toEqual(before);
    feeds = new Map(feeds);
    names.forEach((name, i) => {
      const { values, moments } = expected[i]!;
      expect(relativeError(outputs.get(`next_parameter.${name}`)!, values)).toBeLessThan(1e-6);
      expect(
        relativeError(outputs.get(`next_second_moment.${name}`)!, moments.second),
      ).toBeLessThan(1e-6);
      feeds.set(name, outputs.get(`next_parameter.${name}`)!);
      for (const moment of ["first_moment", "second_moment"])
        feeds.set(`${moment}.${name}`, outputs.get(`next_${moment}.${name}`)!);
    });
  }
});

describe.each<Target>(["portable", "cpu"])("on %s", (target) => {
  test("a training step of LeNet agrees with the interpreter", async () => {
    const network = lenet();
    // 70 images are more than one micro-batch.
    const graphOf = (form: typeof network) =>
      trainingStepGraph(form, "softmax_cross_entropy", 70, adam);
    const graph = graphOf(network);
    const feeds = recipeFeeds(graph, network, 2);
    for (const [name, numbers] of feeds) {
      if (name.startsWith("second_moment")) feeds.set(name, numbers.map(Math.abs));
    }
    feeds.set("bias_corrections", Float64Array.from(corrections(2)).map(Math.fround));
    const expected = evaluate(
      graph.outputs.map(({ value }) => value),
      feeds,
    );
    const { bytes, inputs } = compile(toGraph(graphOf(networkFor(target, network))), target);
    const actual = await runModel(bytes, inputs, feeds);
    const errors = graph.outputs.map(
      ({ name }, i) => [name, relativeError(actual.get(name)!, expected[i]!)] as const,
    );
    expect(errors.filter(([, error]) => !(error <= 1e-5))).toEqual([]);
  });
});
