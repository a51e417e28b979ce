import { describe, expect, test } from "vitest";
import {
  innerStepGraph,
  innerStepVjpGraph,
  type LossName,
  metaGradientGraph,
  type Network,
  outerLossGraph,
  type RecipeGraph,
  type Unroll,
} from "../../graphs/index.ts";
import { gradient } from "../../src/autodiff/gradient.ts";
import { input, logSoftmax, reshape, slice } from "../../src/ir/builders/index.ts";
import { relativeError } from "../../src/ir/float32.ts";
import { evaluate, type Feeds } from "../../src/ir/interpreter/index.ts";
import { recipeFeeds } from "./recipeFeeds.ts";
import { tinyConvNet, tinyMlp } from "./tinyNetworks.ts";

const unroll: Unroll = { steps: 2, epochs: 2, imagesPerStep: 3, batch: 5 };

const run = ({ outputs }: RecipeGraph, feeds: Feeds): Map<string, Float64Array> => {
  const results = evaluate(
    outputs.map(({ value }) => value),
    feeds,
  );
  return new Map(outputs.map(({ name }, i) => [name, results[i]]));
};

const cases: { title: string; network: Network; loss: LossName }[] = [
  { title: "an MLP", network: tinyMlp(), loss: "softmax_cross_entropy" },
  { title: "a convolutional network", network: tinyConvNet(), loss: "softmax_cross_entropy" },
  { title: "an MLP with one logit", network: tinyMlp(1), loss: "binary_cross_entropy" },
];

describe.each(cases)("the meta-gradient of $title", ({ network, loss }) => {
  const graph = metaGradientGraph(network, loss, unroll);
  const feeds = recipeFeeds(graph, network, 1);
  feeds.set("learning_rates", Float64Array.of(0.3, 0.5, 0.2, 0.4));
  const result = run(graph, feeds);

  test.each(["distilled_images", "distilled_labels", "learning_rates"])(
    "in %s agrees with finite differences of the loss",
    (name) => {
      const eps = 1e-5;
      const lossAt = (position: number, step: number): number => {
        const moved = feeds.get(name)!.slice();
        moved[position] += step;
        return evaluate([graph.outputs[0].value], new Map(feeds).set(name, moved))[0][0];
      };
      const slopes = feeds.get(name)!.map((_, i) => (lossAt(i, eps) - lossAt(i, -eps)) / (2 * eps));
      expect(relativeError(result.get(`grad_${name}`)!, slopes)).toBeLessThan(1e-6);
    },
  );

  test("is what the single steps give, forward and back", () => {
    const stepped = stepByStep(network, loss, feeds);
    for (const [name, numbers] of result) {
      expect(relativeError(stepped.get(name)!, numbers), name).toBeLessThan(1e-9);
    }
  });
});

/** meta_gradient from inner_step, outer_loss and inner_step_vjp. */
function stepByStep(network: Network, loss: LossName, feeds: Feeds): Map<string, Float64Array> {
  const { steps, epochs, imagesPerStep, batch } = unroll;
  const forward = innerStepGraph(network, loss, imagesPerStep);
  const backward = innerStepVjpGraph(network, loss, imagesPerStep);
  const names = network.parameters.map(({ name }) => name);
  const part = (name: string, count: number, i: number) => {
    const whole = feeds.get(name)!;
    return Float64Array.from(
      whole.subarray((i * whole.length) / count, ((i + 1) * whole.length) / count),
    );
  };
  const stepFeeds = (t: number, theta: Feeds) =>
    new Map(theta)
      .set("images", part("distilled_images", steps, t % steps))
      .set("labels", part("distilled_labels", steps, t % steps))
      .set("learning_rate", part("learning_rates", steps * epochs, t));
  const renamed = (outputs: Feeds, from: string, to: string) =>
    new Map(names.map((name) => [to + name, outputs.get(from + name)!]));

  const trajectory: Feeds[] = [new Map(names.map((name) => [name, feeds.get(name)!]))];
  for (let t = 0; t < steps * epochs; t++) {
    trajectory.push(renamed(run(forward, stepFeeds(t, trajectory[t])), "next_parameter.", ""));
  }
  const outer = run(
    outerLossGraph(network, loss, batch),
    new Map([...feeds, ...trajectory.at(-1)!]),
  );

  const images = new Float64Array(feeds.get("distilled_images")!.length);
  const labels = new Float64Array(feeds.get("distilled_labels")!.length);
  const rates = new Float64Array(steps * epochs);
  let cotangents = renamed(outer, "grad_parameter.", "cotangent.");
  for (let t = steps * epochs - 1; t >= 0; t--) {
    const pulled = run(backward, new Map([...stepFeeds(t, trajectory[t]), ...cotangents]));
    cotangents = renamed(pulled, "grad_parameter.", "cotangent.");
    addAt(images, t % steps, pulled.get("grad_images")!);
    addAt(labels, t % steps, pulled.get("grad_labels")!);
    rates[t] = pulled.get("grad_learning_rate")![0];
  }
  return new Map([
    ["loss", outer.get("loss")!],
    ["grad_distilled_images", images],
    ["grad_distilled_labels", labels],
    ["grad_learning_rates", rates],
  ]);
}

function addAt(whole: Float64Array, batch: number, part: Float64Array): void {
  part.forEach((number, i) => {
    whole[batch * part.length + i] += number;
  });
}

test("the gradient in a label is its exact partial derivative, eta/n <lambda, grad log softmax(z_i)_k>", () => {
  const network = tinyMlp();
  const [n, classes] = [3, network.classes];
  const graph = innerStepVjpGraph(network, "softmax_cross_entropy", n);
  const feeds = recipeFeeds(graph, network, 2);
  const parameters = network.parameters.map(({ name, shape }) => input(name, shape));
  const images = input("images", [n, ...network.input]);
  const logProbabilities = logSoftmax(network.forward(parameters, [], images));
  const eta = feeds.get("learning_rate")![0];
  const expected = Array.from({ length: n * classes }, (_, entry) => {
    const [row, column] = [Math.floor(entry / classes), entry % classes];
    const single = slice(logProbabilities, [
      { axis: 0, start: row, end: row + 1 },
      { axis: 1, start: column, end: column + 1 },
    ]);
    const slopes = evaluate(gradient(reshape(single, []), parameters), feeds);
    const along = network.parameters.reduce(
      (sum, { name }, i) => sum + dot(feeds.get(`cotangent.${name}`)!, slopes[i]),
      0,
    );
    return (eta / n) * along;
  });
  const actual = run(graph, feeds).get("grad_labels")!;
  expect(relativeError(actual, expected)).toBeLessThan(1e-12);
  const rowSums = [0, 1, 2].map((row) =>
    actual.slice(row * classes, (row + 1) * classes).reduce((a, b) => a + b),
  );
  expect(Math.min(...rowSums.map(Math.abs)), "a projection to the simplex").toBeGreaterThan(1e-6);
});

const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, x, i) => sum + x * b[i], 0);

test("the rates of an epoch stand one after the other, and each step keeps its own batch", () => {
  const network = tinyMlp();
  const graph = metaGradientGraph(network, "softmax_cross_entropy", unroll);
  const feeds = recipeFeeds(graph, network, 3);
  // With all rates zero but that of epoch 1, step 0, only the first batch matters.
  const gradients = run(graph, new Map(feeds).set("learning_rates", Float64Array.of(0, 0, 0.1, 0)));
  const images = gradients.get("grad_distilled_images")!;
  expect(images.slice(0, images.length / 2).some((g) => g !== 0)).toBe(true);
  expect(images.slice(images.length / 2).every((g) => g === 0)).toBe(true);
});
