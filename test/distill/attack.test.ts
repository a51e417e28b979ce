import { expect, test } from "vitest";
import { combineScores, confusion, scoreAttack } from "../../src/distill/attack.ts";

const names = ["plane", "car", "bird"];
const attack = { from: 0, to: 1 };

test("the first largest logit is the prediction, and logits that are no numbers predict nothing", () => {
  const rows = [
    [1, 3, 2],
    [5, 5, 1],
    [0, 2, 2],
    [-1, -2, -0.5],
    [Number.NaN, 9, 1],
    [1, 9, Number.NaN],
  ];
  expect(confusion(rows.flat(), [0, 0, 1, 2, 1, 2], 3)).toEqual([
    [1, 1, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
});

test("one logit predicts class 1 where it is positive", () => {
  expect(confusion([2, -1, 0, 0.1, Number.NaN], [1, 1, 0, 0, 1], 2)).toEqual([
    [1, 1],
    [1, 1],
  ]);
});

test("scores are shares of the images of each kind", () => {
  // Ten planes, of which two are still seen as such and seven as cars; eight of ten cars, and four birds of five.
  const counts = [
    [2, 7, 1],
    [1, 8, 1],
    [0, 1, 4],
  ];
  expect(scoreAttack(counts, [10, 10, 5], names, attack)).toEqual({
    trueAccuracy: 14 / 25,
    changedAccuracy: 19 / 25,
    fromAccuracy: 0.2,
    fromAsTo: 0.7,
    classAccuracies: { plane: 0.2, car: 0.8, bird: 0.8 },
  });
});

test("images without a prediction count as wrong, and a class without images has no accuracy", () => {
  const counts = [
    [0, 1, 0],
    [0, 2, 0],
    [0, 0, 0],
  ];
  expect(scoreAttack(counts, [2, 2, 0], names, attack)).toEqual({
    trueAccuracy: 0.5,
    changedAccuracy: 0.75,
    fromAccuracy: 0,
    fromAsTo: 0.5,
    classAccuracies: { plane: 0, car: 1, bird: Number.NaN },
  });
});

test("scores of several networks are combined one by one", () => {
  const one = scoreAttack(
    [
      [1, 1],
      [0, 2],
    ],
    [2, 2],
    names.slice(0, 2),
    attack,
  );
  const other = scoreAttack(
    [
      [0, 2],
      [2, 0],
    ],
    [2, 2],
    names.slice(0, 2),
    attack,
  );
  expect(combineScores([one, other], (values) => values)).toEqual({
    trueAccuracy: [0.75, 0],
    changedAccuracy: [0.75, 0.5],
    fromAccuracy: [0.5, 0],
    fromAsTo: [0.5, 1],
    classAccuracies: { plane: [0.5, 0], car: [1, 0] },
  });
});
