import { describe, expect, test } from "vitest";
import {
  differentNetworks,
  initialParameters,
  pretrainedNetworkCount,
  type WeightsFor,
} from "../../src/distill/initialization.ts";
import type { Parameters } from "../../src/distill/problem.ts";
import { stripesProblem } from "./stripesProblem.ts";

const pretraining = {
  data: "stripes",
  epochs: 1,
  batch: 32,
  rate: 0.01,
  decayEvery: 1,
  networks: 5,
  seed: 1,
};
/** Stand-ins that can be told apart. */
const networks = Array.from(
  { length: 12 },
  (_, i): Parameters => new Map([["fc1.bias", Float32Array.of(i)]]),
);

describe("random pre-trained networks", () => {
  const problem = {
    ...stripesProblem({ initialization: "random-pretrained", pretraining }),
    pretrained: networks,
  };
  const numbers = (purpose: WeightsFor, count: number): number[] =>
    Array.from({ length: count }, (_, i) =>
      networks.indexOf(initialParameters(problem, purpose, i)),
    );

  test("of the training come in turn, each once before any comes again", () => {
    const drawn = numbers("training", 15);
    for (const round of [0, 5, 10])
      expect(drawn.slice(round, round + 5).sort()).toEqual([0, 1, 2, 3, 4]);
    expect(drawn.slice(0, 5)).not.toEqual(drawn.slice(5, 10));
  });

  test("of the curve and of the evaluation are others", () => {
    expect(numbers("curve", 2)).toEqual([5, 6]);
    expect(numbers("evaluation", 5)).toEqual([7, 8, 9, 10, 11]);
    expect(numbers("baseline", 5)).toEqual([7, 8, 9, 10, 11]);
    expect(() => numbers("evaluation", 6)).toThrow(
      "the problem has 12 pre-trained networks, but number 12 is needed: train more of them",
    );
  });

  test("are counted", () => {
    expect(pretrainedNetworkCount(problem.recipe)).toBe(5 + 2 + 3);
    expect(pretrainedNetworkCount(problem.recipe, 20)).toBe(5 + 2 + 20);
    const counted = (["training", "curve", "evaluation", "baseline"] as const).map((purpose) =>
      differentNetworks(problem, purpose),
    );
    expect(counted).toEqual([5, 2, 5, 5]);
  });
});

describe("fixed initialisations", () => {
  const weights = (problem: ReturnType<typeof stripesProblem>, purpose: WeightsFor, i: number) =>
    initialParameters(problem, purpose, i).get("fc1.weight")!;

  test("have one known network unless they say how many", () => {
    const problem = stripesProblem();
    expect(differentNetworks(problem, "evaluation")).toBe(1);
    expect(weights(problem, "training", 7)).toEqual(weights(problem, "evaluation", 0));
  });

  test("train several known networks in turn and evaluate the same", () => {
    const problem = stripesProblem({ knownNetworks: 3 });
    const known = [0, 1, 2].map((i) => weights(problem, "evaluation", i));
    const drawn = [0, 1, 2].map((i) => weights(problem, "training", i));
    expect(drawn).not.toEqual([known[0], known[0], known[0]]);
    expect(new Set(drawn.map((one) => known.findIndex((other) => other[0] === one[0])))).toEqual(
      new Set([0, 1, 2]),
    );
    expect(known[0]).toEqual(weights(stripesProblem(), "evaluation", 0));
  });

  test("that are pre-trained start from the first networks", () => {
    const recipe = { initialization: "fixed-pretrained", pretraining, knownNetworks: 2 } as const;
    const problem = { ...stripesProblem(recipe), pretrained: networks };
    expect(pretrainedNetworkCount(problem.recipe)).toBe(2);
    expect([0, 1].map((i) => networks.indexOf(initialParameters(problem, "curve", i)))).toEqual([
      0, 1,
    ]);
  });
});
