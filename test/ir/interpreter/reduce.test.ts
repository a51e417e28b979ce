import fc from "fast-check";
import { expect, test } from "vitest";
import { reduceMax, reduceSum, softmax } from "../../../src/ir/builders/index.ts";
import { reduction } from "../arbitraries.ts";
import { apply, entry, integers, positions, type Tensor } from "./arrays.ts";

const reduced = reduction.chain(({ shape, ...attrs }) =>
  integers(shape).map((x) => ({ x, ...attrs })),
);

function groups(x: Tensor, axes: readonly number[]): number[][] {
  const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  const window = x.shape.map((extent, axis) => (axes.includes(axis) ? extent : 1));
  return positions(kept).map((start) =>
    positions(window).map((offset) =>
      entry(
        x,
        start.map((i, axis) => i + offset[axis]),
      ),
    ),
  );
}

test("reduceSum adds and reduceMax picks over any axes", () => {
  fc.assert(
    fc.property(reduced, ({ x, axes, keepdims }) => {
      const sums = groups(x, axes).map((group) => group.reduce((a, b) => a + b, 0));
      const maxima = groups(x, axes).map((group) => Math.max(...group));
      expect(apply((v) => reduceSum(v, axes, keepdims), x)).toEqual(sums);
      expect(apply((v) => reduceMax(v, axes, keepdims), x)).toEqual(maxima);
    }),
  );
});

test("softmax is exp(x) over its sum along the axis", () => {
  fc.assert(
    fc.property(reduced, ({ x, axes: [axis] }) => {
      const exponentials = { shape: x.shape, data: x.data.map(Math.exp) };
      const sums = apply((v) => reduceSum(v, [axis], true), exponentials);
      const kept = { shape: x.shape.with(axis, 1), data: sums };
      const actual = apply((v) => softmax(v, axis), x);
      positions(x.shape).forEach((position, i) => {
        const expected = exponentials.data[i] / entry(kept, position.with(axis, 0));
        expect(actual[i]).toBeCloseTo(expected, 14);
      });
    }),
  );
});

test("softmax does not overflow", () => {
  const y = apply((x) => softmax(x), { shape: [1, 3], data: [1000, 1000, -1000] });
  expect(y).toEqual([0.5, 0.5, 0]);
});
