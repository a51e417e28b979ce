/** Points at which lowered operators are compared with the interpreter: any shapes, ties and kinks. */
import fc from "fast-check";
import * as build from "../../src/ir/builders/index.ts";
import { makeValue, type Value } from "../../src/ir/value.ts";
import { anywhere, type Point, pointsOf, spaced } from "../autodiff/points.ts";
import { ruleCases } from "../autodiff/ruleCases.ts";
import {
  anyShape,
  broadcastableShapes,
  convCase,
  type PoolCase,
  poolCase,
} from "../ir/arbitraries.ts";

const toFloat = (condition: Value): Value => build.cast(condition, "float32");

/** Integers from -2 to 2: ties and zeros are frequent. */
const ties: typeof anywhere = (shapes, seed) =>
  anywhere(shapes, seed).map((data) => data.map((x) => Math.max(-2, Math.min(2, Math.round(x)))));

const comparison = (compare: (a: Value, b: Value) => Value) =>
  pointsOf(
    broadcastableShapes,
    ([a, b]) => ({ fn: (...xs) => toFloat(compare(xs[0], xs[1])), shapes: [a, b] }),
    ties,
  );

const unary = (fn: (x: Value) => Value, place = anywhere) =>
  pointsOf(anyShape(0, 4), (shape) => ({ fn, shapes: [shape] }), place);

/** A maximum over padding alone is 0 for the interpreter and the lowest number for ONNX Runtime. */
const everyWindowSeesAnEntry = ({ window, y }: PoolCase): boolean => {
  const { kernel, strides, pads, dilations, inputSize } = window;
  return ([0, 1] as const).every((axis) =>
    Array.from({ length: y[2 + axis] }, (_, position) =>
      Array.from(
        { length: kernel[axis] },
        (_, tap) => position * strides[axis] + tap * dilations[axis] - pads[axis],
      ).some((at) => at >= 0 && at < inputSize[axis]),
    ).every(Boolean),
  );
};

const extent = fc.integer({ min: 1, max: 4 });

/** Any matrix [m,n] made of one with m rows. */
const columnOf = (x: Value, n: number): Value =>
  build.expand(build.slice(x, [{ axis: 1, end: 1 }]), [x.shape[0], n]);

export const loweringCases: Record<string, fc.Arbitrary<Point>> = {
  ...ruleCases,
  poolGather: pointsOf(
    poolCase.filter(everyWindowSeesAnEntry),
    ({ window: { kernel, ...window }, x }) => ({
      fn: (a) => build.maxPool2d(a, kernel, window),
      shapes: [x],
    }),
    ties,
  ),
  sign: unary(build.sign, ties),
  "cast to bool and back": unary((x) => toFloat(build.cast(x, "bool")), ties),
  not: unary((x) => toFloat(build.not(build.greater(x, 0))), ties),
  stopGradient: unary(build.stopGradient),
  greater: comparison(build.greater),
  less: comparison(build.less),
  equal: comparison(build.equal),
  and: pointsOf(
    broadcastableShapes,
    ([a, b]) => ({
      fn: (...xs) => toFloat(build.and(build.greater(xs[0], 0), build.less(xs[1], 0))),
      shapes: [a, b],
    }),
    ties,
  ),
  "bool literals": unary((x) => {
    const condition = makeValue("constant", [], {
      data: [1, 0],
      shape: [2, ...x.shape.map(() => 1)],
      dtype: "bool",
    });
    return build.where(condition, x, build.neg(x));
  }),
  "relu, abs and clip at their kinks": unary(
    (x) => build.add(build.relu(x), build.mul(build.abs(x), build.clip(x, -1, 1))),
    ties,
  ),
  "max-pooling with ties": pointsOf(
    poolCase,
    ({ window, x, y }) => ({
      fn: (a, dy) => {
        const index = build.maxPoolIndex(a, window);
        const scattered = build.poolScatter(dy, index, window);
        return build.add(
          scattered,
          build.poolScatter(build.poolGather(a, index, window), index, window),
        );
      },
      shapes: [x, y],
    }),
    ties,
  ),
  "max-pooling whose index is used for another tensor": pointsOf(
    poolCase,
    ({ window, x }) => ({
      fn: (a, b) => build.poolGather(b, build.maxPoolIndex(a, window), window),
      shapes: [x, x],
    }),
    spaced,
  ),
  "a product taken from a matrix": pointsOf(
    fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    ([m, n]) => ({
      fn: (a, b, c) => build.sub(c, build.matmul(a, b)),
      shapes: [
        [m, n],
        [n, m],
        [m, m],
      ],
    }),
  ),
  "transposes of products and of their sums": pointsOf(
    fc.record({ m: extent, k: extent, n: extent }),
    ({ m, k, n }) => ({
      fn: (a, b, c, d) => {
        const product = build.matmul(a, build.transpose(b));
        const sum = build.add(build.add(build.matmul(c, d), build.matmul(a, d)), product);
        const turned = build.transpose(build.matmul(build.transpose(d), build.transpose(c)));
        return build.concat(
          [
            build.transpose(sum),
            build.transpose(product),
            build.transpose(build.sub(columnOf(c, n), turned)),
          ],
          1,
        );
      },
      shapes: [
        [m, k],
        [n, k],
        [m, k],
        [k, n],
      ],
    }),
  ),
  "a product added to a matrix": pointsOf(
    fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    ([m, n]) => ({
      fn: (a, b, c) => build.add(build.add(c, build.matmul(a, b)), build.matmul(b, a)),
      shapes:
        m === n
          ? [
              [m, n],
              [n, m],
              [m, m],
            ]
          : [
              [m, m],
              [m, m],
              [m, m],
            ],
    }),
  ),
  "convolution with a bias": pointsOf(convCase, ({ window, x, w }) => ({
    fn: (a, weight, bias) => build.conv2d(a, weight, bias, window),
    shapes: [x, w, [w[0]]],
  })),
};
