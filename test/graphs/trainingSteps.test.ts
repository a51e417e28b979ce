import { expect, test } from "vitest";
import {
  lenet,
  networkFor,
  outerLossGraph,
  toGraph,
  trainingStepsGraph,
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

/** Of steps `first`, first + 1, ... */
const corrections = (first: number, steps: number) =>
  Float64Array.from(
    Array.from({ length: steps }, (_, t) =>
      adam.betas.map((beta) => 1 - beta ** (first + t)),
    ).flat(),
  );

test("training steps are Adam on the gradients of their batches' losses", () => {
  const network = tinyMlp();
  const [steps, batch] = [3, 5];
  const graph = trainingStepsGraph(network, "softmax_cross_entropy", { steps, batch }, adam);
  const feeds = recipeFeeds(graph, network, 1);
  for (const [name, numbers] of feeds) if (/^\w+_moment\./.test(name)) numbers.fill(0);
  feeds.set("learning_rates", Float64Array.of(0.01, 0.02, 0.03));
  feeds.set("bias_corrections", corrections(1, steps));
  const results = evaluate(
    graph.outputs.map(({ value }) => value),
    feeds,
  );
  const outputs = new Map(graph.outputs.map(({ name }, i) => [name, results[i]!]));

  const loss = outerLossGraph(network, "softmax_cross_entropy", batch);
  const part = (name: string, t: number) => {
    const all = feeds.get(name)!;
    return all.slice((all.length / steps) * t, (all.length / steps) * (t + 1));
  };
  const moving = network.parameters.map(({ name }) => ({
    name,
    values: Float32Array.from(feeds.get(name)!),
    moments: zeroMoments(feeds.get(name)!.length),
  }));
  for (let t = 0; t < steps; t++) {
    const [before, ...gradients] = evaluate(
      loss.outputs.map(({ value }) => value),
      new Map([
        ...moving.map(({ name, values }) => [name, Float64Array.from(values)] as const),
        ["real_images", part("images", t)],
        ["real_labels", part("labels", t)],
      ]),
    );
    expect(outputs.get("losses")![t]).toBeCloseTo(before![0]!, 5);
    const rate = feeds.get("learning_rates")![t]!;
    moving.forEach(({ values, moments }, i) => {
      adamStep(values, gradients[i]!, moments, t + 1, { rate, ...adam });
    });
  }
  for (const { name, values, moments } of moving) {
    const error = (role: string, expected: Float32Array) =>
      relativeError(outputs.get(`${role}.${name}`)!, expected);
    expect(error("next_parameter", values)).toBeLessThan(1e-5);
    expect(error("next_first_moment", moments.first)).toBeLessThan(1e-5);
    expect(error("next_second_moment", moments.second)).toBeLessThan(1e-5);
  }
});

test.each<Target>(["portable", "cpu"])(
  "on %s a training step of LeNet agrees with the interpreter",
  async (target) => {
    const network = lenet();
    // 70 images are more than one micro-batch.
    const graphOf = (form: typeof network) =>
      trainingStepsGraph(form, "softmax_cross_entropy", { steps: 1, batch: 70 }, adam);
    const graph = graphOf(network);
    const feeds = recipeFeeds(graph, network, 2);
    for (const [name, numbers] of feeds) {
      if (name.startsWith("second_moment")) feeds.set(name, numbers.map(Math.abs));
    }
    feeds.set("bias_corrections", corrections(2, 1).map(Math.fround));
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
  },
);
