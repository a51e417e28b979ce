import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as build from "../../../src/ir/builders/index.ts";
import type { Shape } from "../../../src/ir/ops.ts";
import { makeValue, sizeOf } from "../../../src/ir/value.ts";
import { indexed, permutation, strided } from "../arbitraries.ts";
import { apply, dot, entry, integers, positions } from "./arrays.ts";

const count = (shape: Shape) => ({
  shape,
  data: Array.from({ length: sizeOf(shape) }, (_, i) => i),
});

test("transpose moves axis perm[i] to axis i", () => {
  const property = permutation.chain(({ shape, perm }) =>
    fc.record({ x: integers(shape), perm: fc.constant(perm) }),
  );
  fc.assert(
    fc.property(property, ({ x, perm }) => {
      const expected = positions(perm.map((axis) => x.shape[axis])).map((position) => {
        const source = new Array<number>(perm.length);
        perm.forEach((axis, i) => {
          source[axis] = position[i];
        });
        return entry(x, source);
      });
      expect(apply((v) => makeValue("transpose", [v], { perm }), x)).toEqual(expected);
    }),
  );
});

test("reshape keeps the row-major order", () => {
  expect(apply((x) => build.reshape(x, [3, 2]), count([2, 3]))).toEqual([0, 1, 2, 3, 4, 5]);
});

test("expand repeats axes of extent 1 and adds leading ones", () => {
  expect(apply((x) => build.expand(x, [2, 2, 3]), count([2, 1]))).toEqual([
    0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1,
  ]);
  expect(apply((x) => build.expand(x, [2]), count([]))).toEqual([0, 0]);
});

test("concat joins along any axis", () => {
  const [a, b] = [count([2, 1, 2]), { shape: [2, 2, 2], data: [10, 11, 12, 13, 14, 15, 16, 17] }];
  expect(apply((x, y) => build.concat([x, y], 1), a, b)).toEqual([
    0, 1, 10, 11, 12, 13, 2, 3, 14, 15, 16, 17,
  ]);
  expect(apply((x, y) => build.concat([x, y], -1), count([2, 1]), count([2, 2]))).toEqual([
    0, 0, 1, 1, 2, 3,
  ]);
});

describe("slice and unslice", () => {
  const slices = strided.chain((attrs) =>
    fc.record({ attrs: fc.constant(attrs), x: integers(attrs.shape), dy: integers(attrs.sizes) }),
  );

  test("slice reads x[starts + i * steps]", () => {
    fc.assert(
      fc.property(slices, ({ attrs: { starts, steps, sizes }, x }) => {
        const expected = positions(sizes).map((position) =>
          entry(
            x,
            position.map((i, axis) => starts[axis] + i * steps[axis]),
          ),
        );
        expect(apply((v) => makeValue("slice", [v], { starts, steps, sizes }), x)).toEqual(
          expected,
        );
      }),
    );
  });

  test("unslice is the transpose of slice and its right inverse", () => {
    fc.assert(
      fc.property(slices, ({ attrs: { starts, steps, sizes, shape }, x, dy }) => {
        const y = apply((v) => makeValue("slice", [v], { starts, steps, sizes }), x);
        const dx = apply((v) => makeValue("unslice", [v], { starts, steps, shape }), dy);
        expect(dot(y, dy.data)).toBe(dot(x.data as number[], dx));
        const back = apply((v) => makeValue("slice", [v], { starts, steps, sizes }), {
          shape,
          data: dx,
        });
        expect(back).toEqual(dy.data);
      }),
    );
  });

  test("unslice with steps of 1 pads with zeros", () => {
    const padded = apply(
      (x) => makeValue("unslice", [x], { starts: [1], steps: [1], shape: [4] }),
      { shape: [2], data: [5, 6] },
    );
    expect(padded).toEqual([0, 5, 6, 0]);
  });
});

describe("gather and scatterAdd", () => {
  const gathers = indexed.chain(({ shape, ...attrs }) =>
    fc
      .record({ x: integers(shape), dy: integers(shape.with(attrs.axis, attrs.indices.length)) })
      .map((tensors) => ({ ...attrs, ...tensors })),
  );

  test("gather picks the entries that the indices name", () => {
    fc.assert(
      fc.property(gathers, ({ x, axis, indices }) => {
        const expected = positions(x.shape.with(axis, indices.length)).map((position) =>
          entry(x, position.with(axis, indices[position[axis]])),
        );
        expect(apply((v) => makeValue("gather", [v], { axis, indices }), x)).toEqual(expected);
      }),
    );
  });

  test("scatterAdd is the transpose of gather and adds up repeated indices", () => {
    fc.assert(
      fc.property(gathers, ({ x, axis, indices, dy }) => {
        const size = x.shape[axis];
        const y = apply((v) => makeValue("gather", [v], { axis, indices }), x);
        const dx = apply((v) => makeValue("scatterAdd", [v], { axis, indices, size }), dy);
        expect(dot(y, dy.data)).toBe(dot(x.data as number[], dx));
      }),
    );
    const sums = apply(
      (v) => makeValue("scatterAdd", [v], { axis: 0, indices: [2, 0, 2], size: 3 }),
      { shape: [3], data: [1, 2, 3] },
    );
    expect(sums).toEqual([2, 0, 4]);
  });
});
