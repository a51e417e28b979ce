import fc from "fast-check";
import { expect, test } from "vitest";
import { conv, convDataGrad, convWeightGrad, matmul } from "../../../src/ir/builders/index.ts";
import { broadcastShapes } from "../../../src/ir/shapes.ts";
import { type ConvCase, convCase, factors } from "../arbitraries.ts";
import { apply, dot, entry, integers, positions, type Tensor } from "./arrays.ts";

const matrices = factors.chain(({ a, b }) => fc.tuple(integers(a), integers(b)));

test("matmul multiplies matrices and broadcasts the batch axes", () => {
  fc.assert(
    fc.property(matrices, ([a, b]) => {
      const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2)) as number[];
      const [m, k, n] = [...a.shape.slice(-2), b.shape.at(-1) as number];
      const expected = positions([...batch, m, n]).map((position) => {
        const [row, column] = position.slice(-2);
        const within = (shape: readonly number[]) =>
          shape
            .slice(0, -2)
            .map((e, axis) => (e === 1 ? 0 : position[batch.length - shape.length + 2 + axis]));
        return Array.from(
          { length: k },
          (_, p) =>
            entry(a, [...within(a.shape), row, p]) * entry(b, [...within(b.shape), p, column]),
        ).reduce((sum, product) => sum + product, 0);
      });
      expect(apply(matmul, a, b).map((y) => y + 0)).toEqual(expected.map((y) => y + 0));
    }),
  );
});

interface ConvTensors {
  readonly window: ConvCase["window"];
  readonly x: Tensor;
  readonly w: Tensor;
  readonly dy: Tensor;
}

const convTensors: fc.Arbitrary<ConvTensors> = convCase.chain(({ window, x, w, y }) =>
  fc.record({ window: fc.constant(window), x: integers(x), w: integers(w), dy: integers(y) }),
);

function convByDefinition({ window, x, w, dy }: ConvTensors): number[] {
  const { kernel, strides, pads, dilations, group } = window;
  const channels = w.shape[1];
  return positions(dy.shape).map(([n, m, oy, ox]) => {
    const first = Math.floor((m * group) / w.shape[0]) * channels;
    return positions([channels, ...kernel]).reduce((sum, [c, ky, kx]) => {
      const iy = oy * strides[0] + ky * dilations[0] - pads[0];
      const ix = ox * strides[1] + kx * dilations[1] - pads[1];
      return sum + entry(x, [n, first + c, iy, ix]) * entry(w, [m, c, ky, kx]);
    }, 0);
  });
}

test("conv is cross-correlation with strides, pads, dilations and groups", () => {
  fc.assert(
    fc.property(convTensors, (given) => {
      const { window, x, w } = given;
      const actual = apply((a, b) => conv(a, b, window), x, w);
      expect(actual.map((y) => y + 0)).toEqual(convByDefinition(given).map((y) => y + 0));
    }),
    { numRuns: 200 },
  );
});

test("<conv(x,w),dy> = <x,convDataGrad(dy,w)> = <w,convWeightGrad(x,dy)>", () => {
  fc.assert(
    fc.property(convTensors, ({ window, x, w, dy }) => {
      const y = apply((a, b) => conv(a, b, window), x, w);
      const dx = apply((a, b) => convDataGrad(a, b, window), dy, w);
      const dw = apply((a, b) => convWeightGrad(a, b, window), x, dy);
      expect(dot(x.data as number[], dx)).toBe(dot(y, dy.data));
      expect(dot(w.data as number[], dw)).toBe(dot(y, dy.data));
    }),
    { numRuns: 200 },
  );
});

test("a 1-2-1 filter with padding 1 smooths a row", () => {
  const y = apply(
    (x, w) =>
      conv(x, w, {
        kernel: [1, 3],
        strides: [1, 1],
        pads: [0, 1, 0, 1],
        dilations: [1, 1],
        group: 1,
      }),
    { shape: [1, 1, 1, 4], data: [1, 0, 2, 4] },
    { shape: [1, 1, 1, 3], data: [1, 2, 1] },
  );
  expect(y).toEqual([2, 3, 8, 10]);
});
