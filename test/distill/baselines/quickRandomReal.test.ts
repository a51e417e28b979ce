import { expect, test } from "vitest";
import type { Split } from "../../../src/data/dataset.ts";
import { randomRealBaseline } from "../../../src/distill/baselines/quickRandomReal.ts";
import type { Distilled } from "../../../src/distill/distilled.ts";
import { type Evaluation, type Evaluator, statistic } from "../../../src/distill/evaluate.ts";
import type { Parameters } from "../../../src/distill/problem.ts";
import { baselineRates } from "../../../src/distill/settings.ts";
import { stripesProblem } from "../stripesProblem.ts";

test("the rate is chosen on training images, and other draws are measured on the test images", async () => {
  const problem = stripesProblem({ steps: 2 });
  const { dataset, train } = problem;
  const measured: { rate: number; split: Split; images: string }[] = [];
  let latest: Distilled | undefined;
  const spy: Pick<Evaluator, "networks" | "trained" | "measure"> = {
    networks: () => [new Map()],
    trained: async (networks, distilled) => {
      latest = distilled;
      return networks as Parameters[];
    },
    measure: async (_networks, split): Promise<Evaluation> => {
      const rate = latest!.learningRates[0]!;
      measured.push({ rate, split, images: latest!.images.join() });
      // Best at 0.03 on training images, at 0.3 on test images.
      const best = split === dataset.test ? 0.3 : 0.03;
      const accuracy = statistic([1 - Math.abs(Math.log(rate / best)) / 10]);
      return { accuracy, loss: accuracy };
    },
  };
  const options = { draws: 4, networks: 1 };
  const baseline = await randomRealBaseline(problem, spy as Evaluator, options);
  expect(baseline).toMatchObject({ name: "random real images", learningRate: 0.03, n: 4 });

  const selection = measured.slice(0, baselineRates.length);
  expect(selection.map(({ rate }) => rate)).toEqual(baselineRates.map(Math.fround));
  const known = new Set(pixels(train));
  for (const { split } of selection) {
    expect(pixels(split).every((image) => known.has(image))).toBe(true);
  }
  const draws = measured.slice(baselineRates.length);
  for (const { split, rate } of draws) {
    expect(split).toBe(dataset.test);
    expect(rate).toBe(Math.fround(0.03));
  }
  expect(new Set([selection[0]!, ...draws].map(({ images }) => images)).size).toBe(5);
});

const pixels = ({ images, count }: Split): string[] =>
  Array.from({ length: count }, (_, i) => images.slice(i * 64, i * 64 + 64).join());

test("real images against an attack carry the changed labels", async () => {
  const problem = stripesProblem({ objective: { kind: "attack", from: 1, to: 2 } });
  const labels: number[][] = [];
  const spy: Pick<Evaluator, "networks" | "trained" | "measure"> = {
    networks: () => [new Map()],
    trained: async (networks, distilled) => {
      labels.push([...distilled.labels]);
      return networks as Parameters[];
    },
    measure: async () => ({ accuracy: statistic([0.5]), loss: statistic([1]) }),
  };
  const { name } = await randomRealBaseline(problem, spy as Evaluator, { draws: 1, networks: 1 });
  expect(name).toBe("random real images with the changed labels");
  expect(new Set(labels.map(String))).toEqual(new Set(["1,0,0,0,0,1,0,0,1"]));
});
