import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as build from "../../src/ir/builders/index.ts";
import { relativeError, roundToFloat32 } from "../../src/ir/float32.ts";
import { evaluate } from "../../src/ir/interpreter/index.ts";
import { makeValue, type Value } from "../../src/ir/value.ts";
import { Emitter } from "../../src/onnx/lowering/emitter.ts";
import {
  emitByConvolution,
  emitByTaps,
  isFasterByTaps,
} from "../../src/onnx/lowering/weightGrad.ts";
import { IR_VERSION, OPSET } from "../../src/onnx/model.ts";
import { encodeModel } from "../../src/onnx/protobuf/encodeModel.ts";
import { anywhere, type Point, pointsOf, spaced } from "../autodiff/points.ts";
import { ruleCases } from "../autodiff/ruleCases.ts";
import {
  anyShape,
  broadcastableShapes,
  convCase,
  type PoolCase,
  poolCase,
} from "../ir/arbitraries.ts";
import { loweringError, runModel } from "./session.ts";

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

const cases: Record<string, fc.Arbitrary<Point>> = {
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

const powers = [-4, -2.75, -1.25, -1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5];

describe.each(["portable", "cpu"] as const)("lowered for %s", (target) => {
  const check = async ({ fn, shapes, inputs: data }: Point): Promise<number> => {
    const inputs = shapes.map((shape, i) => build.input(`x${i}`, shape));
    const feeds = new Map(data.map((numbers, i) => [`x${i}`, roundToFloat32(numbers)]));
    return loweringError([fn(...inputs)], inputs, feeds, target);
  };

  test.each(Object.entries(cases))("%s computes what the interpreter does", async (_, points) => {
    await fc.assert(
      fc.asyncProperty(points, async (point) => {
        expect(await check(point)).toBeLessThanOrEqual(1e-5);
      }),
      { numRuns: 20, seed: 1 },
    );
  });

  test.each(powers)("x ^ %d computes what the interpreter does", async (exponent) => {
    const inputs = [Float64Array.of(0.3, 1, 2, 1.7)];
    const fn = (x: Value) => build.pow(x, exponent);
    expect(await check({ fn, shapes: [[2, 2]], inputs })).toBeLessThanOrEqual(1e-5);
  });
});

describe("the gradient of convolution weights", () => {
  test.each([
    ["by a convolution", emitByConvolution],
    ["by a product per kernel position", emitByTaps],
  ])("%s computes what the interpreter does", async (_, form) => {
    await fc.assert(
      fc.asyncProperty(
        convCase.filter(({ window }) => window.group === 1),
        fc.nat(2 ** 20),
        async ({ window, x, y }, seed) => {
          const [images, cotangent] = [build.input("x", x), build.input("dy", y)];
          const value = build.convWeightGrad(images, cotangent, window);
          const emit = new Emitter();
          emit.rename(form(emit, value as Value<"convWeightGrad">, "x", "dy", "cpu"), "dw");
          const inputs = [images, cotangent].map(({ attrs, shape }) => ({
            name: attrs.name,
            dtype: "float32" as const,
            shape,
          }));
          const outputs = [{ name: "dw", dtype: "float32" as const, shape: value.shape }];
          const { nodes, initializers } = emit;
          const bytes = encodeModel({
            name: "test",
            opset: OPSET,
            irVersion: IR_VERSION,
            nodes,
            initializers,
            inputs,
            outputs,
          });
          const feeds = new Map(
            [x, y].map((shape, i) => [
              inputs[i].name,
              roundToFloat32(anywhere([shape], seed + i)[0]),
            ]),
          );
          const actual = await runModel(bytes, inputs, feeds);
          const [expected] = evaluate([value], feeds);
          expect(relativeError(actual.get("dw")!, expected)).toBeLessThanOrEqual(1e-5);
        },
      ),
      { numRuns: 60, seed: 4 },
    );
  });

  test("is taken position by position where both sides are wide and the kernel small", () => {
    const gradientOf = (m: number, c: number, kernel: number) =>
      build.convWeightGrad(
        build.input("x", [1, c, kernel, kernel]),
        build.input("dy", [1, m, 1, 1]),
        {
          kernel: [kernel, kernel],
          strides: [1, 1],
          pads: [0, 0, 0, 0],
          dilations: [1, 1],
          group: 1,
        },
      ) as Value<"convWeightGrad">;
    expect(isFasterByTaps(gradientOf(64, 64, 5))).toBe(true);
    expect(isFasterByTaps(gradientOf(64, 3, 5))).toBe(false);
    expect(isFasterByTaps(gradientOf(64, 64, 11))).toBe(false);
  });
});
