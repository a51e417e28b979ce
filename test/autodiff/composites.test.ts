import fc from "fast-check";
import { expect, test } from "vitest";
import { checkGrads } from "../../src/autodiff/checkGrads.ts";
import * as build from "../../src/ir/builders/index.ts";
import type { Value } from "../../src/ir/value.ts";
import { anyShape, convCase, poolCase, reduction, shapeAndAxis } from "../ir/arbitraries.ts";
import { type anywhere, awayFromZero, type Point, pointsOf, spaced } from "./points.ts";

const unary = (fn: (x: Value) => Value, place?: typeof anywhere) =>
  pointsOf(anyShape(0, 3), (shape) => ({ fn, shapes: [shape] }), place);

const images = fc.tuple(
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 1, max: 4 }),
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 2, max: 3 }),
);

/** Functions of images [N,C,H,W] and of further inputs, one number per channel each. */
const perChannel = (count: number, fn: Point["fn"], place?: typeof anywhere) =>
  pointsOf(
    images,
    (shape) => ({ fn, shapes: [shape, ...Array.from({ length: count }, () => [shape[1]])] }),
    place,
  );

const composites: Record<string, fc.Arbitrary<Point>> = {
  leakyRelu: unary((x) => build.leakyRelu(x, 0.2), spaced),
  elu: unary((x) => build.elu(x, 1.5), spaced),
  softplus: unary(build.softplus, spaced),
  gelu: unary((x) => build.gelu(x)),
  "gelu by tanh": unary((x) => build.gelu(x, "tanh")),
  silu: unary(build.silu),
  hardSigmoid: unary(
    (x) => build.hardSigmoid(x, 0.5, 0.5),
    (shapes, seed) => spaced(shapes, seed).map((data) => data.map((x) => x + 0.01)),
  ),
  hardSwish: unary(build.hardSwish, spaced),
  logSoftmax: pointsOf(shapeAndAxis, ({ shape, axis }) => ({
    fn: (x) => build.logSoftmax(x, axis),
    shapes: [shape],
  })),
  reduceMean: pointsOf(reduction, ({ shape, axes, keepdims }) => ({
    fn: (x) => build.reduceMean(x, axes, keepdims),
    shapes: [shape],
  })),
  "softmax cross-entropy in logits and soft labels": pointsOf(
    fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 })),
    (shape) => ({
      fn: (z, labels) =>
        build.mul(build.reduceSum(build.mul(labels, build.logSoftmax(z))), -1 / shape[0]),
      shapes: [shape, shape],
    }),
  ),

  localResponseNormalization: pointsOf(
    fc.record({
      shape: images,
      size: fc.integer({ min: 1, max: 5 }),
      convention: fc.constantFrom("onnx" as const, "pytorch" as const),
    }),
    ({ shape, ...options }) => ({
      fn: (x) => build.localResponseNormalization(x, { ...options, alpha: 0.5, bias: 2 }),
      shapes: [shape],
    }),
  ),
  "batchNormalization with given statistics": perChannel(
    4,
    (x, scale, shift, mean, deviation) =>
      build.batchNormalization(x, scale, shift, mean, build.mul(deviation, deviation), 0.1),
    awayFromZero,
  ),
  batchStatisticsNormalization: perChannel(2, (x, scale, shift) =>
    build.batchStatisticsNormalization(x, scale, shift, 0.1),
  ),
  instanceNormalization: perChannel(2, (x, scale, shift) =>
    build.instanceNormalization(x, scale, shift, 0.1),
  ),
  layerNormalization: pointsOf(shapeAndAxis, ({ shape, axis }) => ({
    fn: (x, scale, shift) => build.layerNormalization(x, scale, shift, axis, 0.1),
    shapes: [shape, shape.slice(axis), shape.slice(axis)],
  })),

  "maxPool2d in ceil mode": pointsOf(
    poolCase,
    ({ window: { kernel, ...window }, x }) => ({
      fn: (a) => build.maxPool2d(a, kernel, { ...window, ceilMode: true }),
      shapes: [x],
    }),
    spaced,
  ),
  averagePool2d: pointsOf(
    fc.record({ pool: poolCase, countIncludePad: fc.boolean(), ceilMode: fc.boolean() }),
    ({ pool: { window, x }, ...options }) => ({
      fn: (a) => build.averagePool2d(a, window.kernel, { ...window, ...options }),
      shapes: [x],
    }),
  ),
  globalAveragePool: pointsOf(images, (shape) => ({
    fn: build.globalAveragePool,
    shapes: [shape],
  })),
  "conv2d with bias": pointsOf(convCase, ({ window, x, w }) => ({
    fn: (a, weight, bias) => build.conv2d(a, weight, bias, window),
    shapes: [x, w, [w[0]]],
  })),
  "convTranspose2d with bias": pointsOf(convCase, ({ window, y, w }) => ({
    fn: (a, weight, bias) =>
      build.convTranspose2d(a, weight, bias, { ...window, outputShape: window.inputSize }),
    shapes: [y, w, [w[1] * window.group]],
  })),
  gemm: pointsOf(
    fc.record({
      size: fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 1, max: 3 }))),
      transA: fc.boolean(),
      transB: fc.boolean(),
    }),
    ({ size: [m, k, n], ...transposed }) => ({
      fn: (a, b, c) => build.gemm(a, b, c, { alpha: 0.5, beta: 2, ...transposed }),
      shapes: [transposed.transA ? [k, m] : [m, k], transposed.transB ? [n, k] : [k, n], [n]],
    }),
  ),
  pad: pointsOf(
    fc.tuple(fc.integer({ min: -1, max: 2 }), fc.integer({ min: -1, max: 2 }), fc.boolean()),
    ([before, after, one]) => ({
      fn: (x) => build.pad(x, [before, 0], [after, 1], one ? 1 : 0),
      shapes: [[3, 2]],
    }),
  ),
};

test.each(Object.entries(composites))(
  "derivatives of %s agree with finite differences at both orders",
  (_, points) => {
    fc.assert(
      fc.property(points, fc.nat(1000), ({ fn, shapes, inputs }, seed) => {
        checkGrads(fn, shapes, { order: 2, inputs, seed });
      }),
      { numRuns: 20, seed: 1 },
    );
  },
);

test.each([-2, -1, 0, 0.5, 1, 2, 3])("derivatives of x ^ %d agree with finite differences", (n) => {
  const inputs = [Float64Array.of(0.3, 1, 2)];
  checkGrads((x) => build.pow(x, n), [[3]], { order: 2, inputs });
});

test.each([-2, 0, 1, 2, 3])("x ^ %d has derivatives at negative x", (n) => {
  const inputs = [Float64Array.of(-0.3, -1, -2)];
  checkGrads((x) => build.pow(x, n), [[3]], { order: 2, inputs });
});

test("a network with convolution, normalisation, pooling and a linear layer passes", () => {
  const network = (x: Value, w: Value, scale: Value, shift: Value, fc1: Value, labels: Value) => {
    const features = build.batchStatisticsNormalization(
      build.conv2d(x, w, undefined, { pads: [1, 1, 1, 1] }),
      scale,
      shift,
    );
    const pooled = build.maxPool2d(build.relu(features), [2, 2], { strides: [2, 2] });
    const logits = build.linear(build.flatten(pooled), fc1);
    return build.neg(build.reduceSum(build.mul(labels, build.logSoftmax(logits))));
  };
  const shapes = [[3, 2, 6, 6], [4, 2, 3, 3], [4], [4], [5, 36], [3, 5]];
  const errors = checkGrads(network, shapes, { order: 2, seed: 3, eps: 1e-6, tolerance: 1e-5 });
  expect(Math.max(errors.order1, errors.order2)).toBeLessThan(1e-5);
});
