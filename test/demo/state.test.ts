import { expect, test } from "vitest";
import { afterEvent } from "../../scripts/demo/state/afterEvent.ts";
import { afterNews, type News, unwatched } from "../../scripts/demo/state/afterNews.ts";
import { nowText } from "../../scripts/demo/state/nowText.ts";
import { paceText } from "../../scripts/demo/state/paceText.ts";
import { initialState, misfit, recipeOf } from "../../scripts/demo/state/pageState.ts";
import { emptyRun } from "../../scripts/demo/state/run.ts";
import { settingsOf } from "../../scripts/demo/state/settings.ts";
import { subjectOf } from "../../scripts/demo/state/subject.ts";
import { verdictOf } from "../../scripts/demo/state/verdict.ts";
import { parseRecipe } from "../../src/distill/recipe.ts";
import type { RunEvent } from "../../src/distill/run.ts";
import { valueAxis } from "../../src/io/axis.ts";
import type { DistilEvent } from "../../src/web/events.ts";
import { stripes, stripesRecipe } from "../stripesData.ts";

const iteration = (at: number, loss: number): DistilEvent => ({
  kind: "iteration",
  iteration: at,
  iterations: 4,
  loss,
  learningRates: [0.1 * at, 0.2],
  iterationsPerSecond: 8,
});

const point = (at: number): RunEvent => ({
  iteration: at,
  seconds: at,
  loss: 1 / at,
  gradientNorm: 1,
  learningRates: [at],
  accuracy: { mean: 0.5, std: 0.1, n: 2 },
});

test("a run's curves grow with its events", () => {
  const events: DistilEvent[] = [
    iteration(1, 2),
    { kind: "point", event: point(1) },
    iteration(2, 1),
  ];
  const run = events.reduce(afterEvent, emptyRun);
  expect(run.losses).toEqual([
    { x: 1, y: 2 },
    { x: 2, y: 1 },
  ]);
  expect(run.rates).toEqual([
    [
      { x: 1, y: 0.1 },
      { x: 2, y: 0.2 },
    ],
    [
      { x: 1, y: 0.2 },
      { x: 2, y: 0.2 },
    ],
  ]);
  expect(run.accuracies).toEqual([{ x: 1, y: 0.5, std: 0.1 }]);
  expect([run.iteration, run.iterations, run.seconds]).toEqual([2, 4, 1]);
  expect(emptyRun.losses).toEqual([]);
});

test("a measured network is told while the rest is waited for", () => {
  const run = afterEvent(emptyRun, { kind: "measuring", what: "real images", done: 2, total: 9 });
  expect([run.stage, run.message]).toEqual(["measuring", "Measuring real images: 2 of 9"]);
});

test("the page's recipe is valid, and small where there are few images", () => {
  const own = { ...initialState.choice, dataset: stripes(60, 20) };
  expect(parseRecipe(recipeOf(initialState.choice, 3))).toMatchObject({
    seed: 3,
    data: "stroke-digits",
  });
  expect(parseRecipe(recipeOf(own, 1))).toMatchObject({
    name: "own-images",
    outer: { batch: 48 },
    evaluation: { heldOut: 12 },
  });
  const contents = { image: [1, 28, 28], logits: 10, weights: 1 } as const;
  const network = { name: "model.onnx", bytes: new Uint8Array(), contents };
  const { images, learningRate } = recipeOf({ ...initialState.choice, network }, 1);
  expect(images).toBe("real");
  expect(learningRate.initial).toBeLessThan(recipeOf(initialState.choice, 1).learningRate.initial);
});

test("a network that has other classes than the images is told before anything runs", () => {
  const withLogits = (logits: number) => ({
    name: "model.onnx",
    bytes: new Uint8Array(),
    contents: { image: [1, 8, 8], logits, weights: 1 } as const,
  });
  const digits = (logits: number) =>
    misfit({ ...initialState.choice, network: withLogits(logits) });
  expect(misfit(initialState.choice)).toBeUndefined();
  expect(digits(10)).toBeUndefined();
  expect(digits(1000)).toMatch(/^model\.onnx tells 1,000 classes apart, the images have 10: /);
  const dataset = { ...stripes(60, 20), classes: ["a", "b"] };
  const two = (logits: number) => ({
    ...initialState.choice,
    dataset,
    network: withLogits(logits),
  });
  expect([misfit(two(1)), misfit(two(2))]).toEqual([undefined, undefined]);
  expect(misfit(two(3))).toMatch(/the images have 2/);
  expect(recipeOf(two(1), 1).loss).toBe("auto");
  expect(recipeOf(two(2), 1).loss).toBe("softmax_cross_entropy");
});

test("digits are drawn, other classes are not", () => {
  expect(subjectOf(initialState)).toMatchObject({
    there: false,
    drawable: true,
    image: [1, 28, 28],
  });
  const run = { ...emptyRun, classes: ["cat", "dog"], shape: [1, 2, 3, 32, 32] };
  expect(subjectOf({ ...initialState, run })).toMatchObject({
    drawable: false,
    image: [3, 32, 32],
  });
});

const outline: News = { type: "outline", run: "mine", recipe: stripesRecipe };

test("a watched run is what its news say, and takes points back", () => {
  const news: News[] = [
    outline,
    { type: "points", from: 0, events: [point(10), point(20), point(30)] },
    { type: "progress", stage: "training", iteration: 30, seconds: 3, writtenAt: 0 },
  ];
  const state = news.reduce(afterNews, unwatched);
  expect(state.run).toMatchObject({ stage: "running", iteration: 30, iterations: 20 });
  const back = afterNews(state, { type: "points", from: 1, events: [point(15)] });
  const xs = (points: readonly { x: number }[]) => points.map(({ x }) => x);
  const { losses, accuracies, rates } = back.run;
  expect([xs(losses), xs(accuracies), xs(rates[0]!)]).toEqual([
    [10, 15],
    [10, 15],
    [10, 15],
  ]);
  const fewer = afterNews(state, { type: "points", from: 1, events: [] });
  expect(xs(fewer.run.accuracies)).toEqual([10]);
});

test("a watched run's images are painted in one contrast", () => {
  const values = Buffer.from(Float32Array.of(-2, 0, 0, 2).buffer).toString("base64");
  const news: News = {
    type: "images",
    iteration: 1,
    learningRates: [],
    shape: [1, 1, 1, 2, 2],
    classes: ["a"],
    values,
  };
  const { pixels } = afterNews(unwatched, news).run;
  expect([...pixels!.subarray(0, 4)]).toEqual([0, 0, 0, 255]);
  expect([...pixels!.subarray(12)]).toEqual([255, 255, 255, 255]);
  expect([127, 128]).toContain(pixels![4]);
});

test("a server's failure is shown until it has news again", () => {
  const failed = afterNews(afterNews(unwatched, outline), { type: "error", message: "gone" });
  expect(failed.failure).toBe("gone");
  const progress = { stage: "quiet", iteration: 1, seconds: 1, writtenAt: 0 } as const;
  const again = afterNews(failed, { type: "progress", ...progress });
  expect(again.failure).toBeUndefined();
  expect(again.run.message).toMatch(/^Nothing was written since .* --resume/);
});

test("the address picks device, threads and seed, and says what it cannot mean", () => {
  expect(settingsOf("")).toEqual({ device: "auto", threads: undefined, seed: 1 });
  expect(settingsOf("?device=wasm&threads=2&seed=0")).toEqual({
    device: "wasm",
    threads: 2,
    seed: 0,
  });
  expect(() => settingsOf("?threads=0")).toThrow(
    "The address says threads=0, expected a whole number from 1 on",
  );
  expect(() => settingsOf("?seed=abc")).toThrow("The address says seed=abc");
});

test("a run's pace is iterations a second, or seconds of each where they are long", () => {
  expect(paceText(0, 20, undefined)).toBe("the first one takes longest");
  expect(paceText(1, 20, undefined)).toBe("");
  expect(paceText(10, 20, 31.4)).toBe("31 a second, 0:00 left");
  expect(paceText(10, 20, 2.5)).toBe("2.5 a second, 0:04 left");
  expect(paceText(10, 20, 0.025)).toBe("40 s each, 6:40 left");
});

test("the values of now are as exact as their axis, and lowest and highest where they are many", () => {
  const rates = [0.01, 0.010034, 0.0101];
  const axis = valueAxis(rates, "linear");
  expect(nowText([], axis, "")).toBe("");
  expect(nowText([0.010034], axis, "")).toBe("0.01003");
  expect(nowText(rates, axis, "")).toBe("0.01000 to 0.01010");
  const wide = valueAxis([0, 1.2], "linear");
  expect(nowText([0.7, 0.95, 1.1], wide, "")).toBe("0.70  0.95  1.10");
  expect(nowText([0.7, 0.7, 0.7], wide, "%")).toBe("0.70%");
});

test("a claim holds, or the verdict says by how much it does not", () => {
  const measured = { mean: 0.831, std: 0, n: 1 };
  const claim = (mean: number, agrees: boolean) =>
    verdictOf({ claimed: { ...measured, mean }, measured, tolerance: 0.001, agrees });
  expect(claim(0.8305, true)).toBe("it holds");
  expect(claim(0.829, false)).toBe("0.20 points away, 0.10 are allowed");
});
