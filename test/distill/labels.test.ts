import { expect, test } from "vitest";
import { fillBatch } from "../../src/data/dataset.ts";
import { selectClasses } from "../../src/data/subsets.ts";
import { fillRealBatch, labelRows } from "../../src/distill/labels.ts";
import { stripes } from "../stripesData.ts";

const dataset = stripes();
const batch = (n: number, logits: number) => ({
  images: new Float32Array(n * 64),
  labels: new Float32Array(n * logits).fill(7),
});

test("labels are one-hot, or the class itself for one logit", () => {
  expect([...labelRows([2, 0], 3)]).toEqual([0, 0, 1, 1, 0, 0]);
  expect([...labelRows([1, 0, 1], 1)]).toEqual([1, 0, 1]);
});

test("without an attack a batch is that of the data set", () => {
  const real = batch(3, 3);
  const expected = batch(3, 3);
  fillRealBatch({ dataset, network: { classes: 3 } }, dataset.train, [5, 0, 4], real);
  fillBatch(dataset, dataset.train, [5, 0, 4], expected.images, expected.labels);
  expect(real).toEqual(expected);
});

test("an attack changes the labels of one class and no image", () => {
  const [real, plain] = [batch(4, 3), batch(4, 3)];
  const network = { classes: 3 };
  fillRealBatch(
    { dataset, network, attack: { from: 2, to: 0 } },
    dataset.train,
    [0, 1, 2, 5],
    real,
  );
  fillRealBatch({ dataset, network }, dataset.train, [0, 1, 2, 5], plain);
  expect([...real.labels]).toEqual([1, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0]);
  expect(real.images).toEqual(plain.images);
});

test("of two classes one logit's labels are 0 and 1, exchanged by an attack", () => {
  const two = selectClasses(dataset, [0, 1]);
  const real = batch(4, 1);
  fillRealBatch({ dataset: two, network: { classes: 1 } }, two.train, [0, 1, 2, 3], real);
  expect([...real.labels]).toEqual([0, 1, 0, 1]);
  const attack = { from: 1, to: 0 };
  fillRealBatch({ dataset: two, network: { classes: 1 }, attack }, two.train, [0, 1, 2, 3], real);
  expect([...real.labels]).toEqual([0, 0, 0, 0]);
});
