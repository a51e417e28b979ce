import { expect, test } from "vitest";
import { learnedLabels } from "../../src/io/learnedLabels.ts";

test("a label is shown by its three largest entries, largest first", () => {
  const labels = Float32Array.of(0.125, 0.5, -1, 0.25, 2, 0, 0, -3);
  const options = { labels, steps: 1, logits: 4, start: [1, 3], classes: ["a", "b", "c", "d"] };
  expect(learnedLabels(options)).toEqual([
    { step: 1, image: 1, start: "b", label: "b: 0.5, d: 0.25, a: 0.125" },
    { step: 1, image: 2, start: "d", label: "a: 2, b: 0, c: 0" },
  ]);
});

test("one logit's label is that of the second class; images count within their step", () => {
  const options = {
    labels: Float32Array.of(0.25, 1.5),
    steps: 2,
    logits: 1,
    start: [0, 0],
    classes: ["ants", "bees"],
  };
  expect(learnedLabels(options)).toEqual([
    { step: 1, image: 1, start: "ants", label: "bees: 0.25" },
    { step: 2, image: 1, start: "ants", label: "bees: 1.5" },
  ]);
});
