import { expect, test } from "vitest";
import { labelClasses, planPanels } from "../../src/io/gridLayout.ts";

test("labelClasses takes the first maximum of soft labels", () => {
  const labels = Float32Array.of(0.2, 0.5, 0.5, -3, -1, -2);
  expect(labelClasses(labels, 1, 2, 3)).toEqual([[1, 1]]);
});

test("labelClasses reads a single logit's label as class 0 or 1", () => {
  expect(labelClasses(Float32Array.of(0, 1, 0.5, 0.6), 2, 2, 1)).toEqual([
    [0, 1],
    [0, 1],
  ]);
});

test("planPanels gives each step a row per image of a class", () => {
  expect(planPanels([[1, 0, 0, 1]], 10)).toEqual([
    {
      classes: [0, 1],
      rows: [
        { step: 0, cells: [1, 0] },
        { step: 0, cells: [2, 3] },
      ],
    },
  ]);
});

test("planPanels splits many classes into nearly equal panels", () => {
  const classes = Array.from({ length: 20 }, (_, index) => index);
  const panels = planPanels([classes, classes], 13);
  expect(panels.map((panel) => panel.classes.length)).toEqual([10, 10]);
  expect(panels[1]!.rows.map(({ step, cells }) => [step, cells[0]])).toEqual([
    [0, 10],
    [1, 10],
  ]);
});

test("planPanels labels every row by itself where classes are uneven", () => {
  expect(
    planPanels(
      [
        [1, 1, 0],
        [0, 1, 2],
      ],
      2,
    ).map(({ classes }) => classes),
  ).toEqual([[0], [1, 1], [0], [1, 2]]);
});
