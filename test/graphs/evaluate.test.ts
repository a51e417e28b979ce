import { expect, test } from "vitest";
import { defineNetwork, evaluateGraph, type LossName } from "../../graphs/index.ts";
import { flatten } from "../../src/ir/builders/index.ts";
import { evaluate } from "../../src/ir/interpreter/index.ts";

/** Logits are the pixels themselves. */
const identity = (classes: number) =>
  defineNetwork({
    name: "identity",
    input: [1, 1, classes],
    classes,
    forward: (x) => flatten(x),
  });

function evaluateRows(loss: LossName, logits: readonly number[][], labels: readonly number[][]) {
  const graph = evaluateGraph(identity(logits[0].length), loss, logits.length);
  const results = evaluate(
    graph.outputs.map(({ value }) => value),
    new Map([
      ["real_images", Float64Array.from(logits.flat())],
      ["real_labels", Float64Array.from(labels.flat())],
    ]),
  );
  return Object.fromEntries(graph.outputs.map(({ name }, i) => [name, [...results[i]]]));
}

test("logits, loss and correctness are given image by image", () => {
  const graph = evaluateGraph(identity(3), "softmax_cross_entropy", 4);
  expect(graph.outputs.map(({ name, value }) => [name, value.shape])).toEqual([
    ["logits", [4, 3]],
    ["loss", [4]],
    ["correct", [4]],
  ]);
  const { logits, loss, correct } = evaluateRows(
    "softmax_cross_entropy",
    [
      [0, 0, 0],
      [1, 3, 2],
    ],
    [
      [1, 0, 0],
      [1, 0, 0],
    ],
  );
  expect(logits).toEqual([0, 0, 0, 1, 3, 2]);
  expect(loss[0]).toBeCloseTo(Math.log(3), 12);
  expect(loss[1]).toBeCloseTo(Math.log(Math.exp(1) + Math.exp(3) + Math.exp(2)) - 1, 12);
  expect(correct).toEqual([1, 0]);
});

test("the first of several largest logits is the prediction", () => {
  const rows = [
    [2, 2, 1],
    [1, 2, 2],
    [2, 1, 2],
    [3, 3, 3],
  ];
  const label = (k: number) => rows.map(() => [0, 1, 2].map((column) => Number(column === k)));
  expect(evaluateRows("softmax_cross_entropy", rows, label(0)).correct).toEqual([1, 0, 1, 1]);
  expect(evaluateRows("softmax_cross_entropy", rows, label(1)).correct).toEqual([0, 1, 0, 0]);
  expect(evaluateRows("softmax_cross_entropy", rows, label(2)).correct).toEqual([0, 0, 0, 0]);
});

test("a soft label stands for its first largest entry", () => {
  const rows = [
    [1, 5, 2],
    [5, 1, 2],
    [1, 2, 5],
  ];
  const labels = [
    [0.2, 0.5, 0.3],
    [0.4, 0.4, 0.2],
    [0.1, 0.45, 0.45],
  ];
  expect(evaluateRows("softmax_cross_entropy", rows, labels).correct).toEqual([1, 1, 0]);
});

test("one logit predicts its class where it is positive, and the label where it is above one half", () => {
  const { loss, correct } = evaluateRows(
    "binary_cross_entropy",
    [[2], [-2], [0], [0], [2], [-2]],
    [[1], [0], [0], [1], [0.3], [0.9]],
  );
  expect(correct).toEqual([1, 1, 1, 0, 0, 0]);
  expect(loss[0]).toBeCloseTo(Math.log1p(Math.exp(-2)), 12);
  expect(loss[4]).toBeCloseTo(0.3 * Math.log1p(Math.exp(-2)) + 0.7 * Math.log1p(Math.exp(2)), 12);
});

test("logits that are no numbers are never correct", () => {
  const rows = [[Number.NaN, 1, 2]];
  for (const label of [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]) {
    expect(evaluateRows("softmax_cross_entropy", rows, [label]).correct).toEqual([0]);
  }
});
