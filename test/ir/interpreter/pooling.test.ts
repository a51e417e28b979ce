import fc from "fast-check";
import { expect, test } from "vitest";
import {
  maxPool2d,
  maxPoolIndex,
  poolGather,
  poolScatter,
  sumPool,
  sumPoolGrad,
} from "../../../src/ir/builders/index.ts";
import { poolCase } from "../arbitraries.ts";
import { apply, dot, entry, integers, positions } from "./arrays.ts";

const pooled = poolCase.chain(({ window, x, y }) =>
  fc.record({ window: fc.constant(window), x: integers(x), dy: integers(y) }),
);

test("sumPool adds each window and maxPoolIndex names its first maximum", () => {
  fc.assert(
    fc.property(pooled, ({ window, x, dy }) => {
      const { kernel, strides, pads, dilations } = window;
      const windows = (outside: number) =>
        positions(dy.shape).map(([n, c, oy, ox]) =>
          positions(kernel).map(([ky, kx]) => {
            const iy = oy * strides[0] + ky * dilations[0] - pads[0];
            const ix = ox * strides[1] + kx * dilations[1] - pads[1];
            return entry(x, [n, c, iy, ix], outside);
          }),
        );
      const sums = windows(0).map((entries) => entries.reduce((a, b) => a + b, 0));
      const firsts = windows(-Infinity).map((entries) => entries.indexOf(Math.max(...entries)));
      expect(apply((v) => sumPool(v, window), x)).toEqual(sums);
      expect(apply((v) => maxPoolIndex(v, window), x)).toEqual(firsts);

      const inside = windows(-Infinity).map((entries) => Math.max(...entries));
      const maxima = apply((v) => poolGather(v, maxPoolIndex(v, window), window), x);
      expect(maxima).toEqual(inside.map((max) => (max === -Infinity ? 0 : max)));
    }),
    { numRuns: 200 },
  );
});

test("sumPoolGrad and poolScatter are the transposes of sumPool and poolGather", () => {
  fc.assert(
    fc.property(pooled, ({ window, x, dy }) => {
      const sums = apply((v) => sumPool(v, window), x);
      expect(
        dot(
          x.data as number[],
          apply((g) => sumPoolGrad(g, window), dy),
        ),
      ).toBe(dot(sums, dy.data));
      const maxima = apply((v) => poolGather(v, maxPoolIndex(v, window), window), x);
      const scattered = apply((v, g) => poolScatter(g, maxPoolIndex(v, window), window), x, dy);
      expect(dot(x.data as number[], scattered)).toBe(dot(maxima, dy.data));
    }),
    { numRuns: 200 },
  );
});

const window = { kernel: [2, 2], strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] } as const;

test("the index counts row by row within the kernel, and the first maximum wins", () => {
  const x = { shape: [1, 1, 2, 3], data: [1, 5, 5, 5, 2, 5] };
  expect(apply((v) => maxPoolIndex(v, window), x)).toEqual([1, 0]);
});

test("padding is never chosen, even when all entries are negative or -infinity", () => {
  const padded = { ...window, pads: [1, 1, 0, 0] } as const;
  const x = { shape: [1, 1, 1, 1], data: [-3] };
  expect(apply((v) => maxPoolIndex(v, padded), x)).toEqual([3]);
  expect(apply((v) => maxPoolIndex(v, padded), { ...x, data: [-Infinity] })).toEqual([3]);
});

test("NaN wins in a maximum pool", () => {
  const x = { shape: [1, 1, 2, 2], data: [1, Number.NaN, 7, 3] };
  expect(apply((v) => maxPool2d(v, [2, 2]), x)).toEqual([Number.NaN]);
});
