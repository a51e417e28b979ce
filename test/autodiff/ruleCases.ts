/** For every operator with a derivative, its applications to arbitrary shapes and attributes. */
import fc from "fast-check";
import * as build from "../../src/ir/builders/index.ts";
import type { OpName } from "../../src/ir/ops.ts";
import { makeValue, type Value } from "../../src/ir/value.ts";
import {
  anyShape,
  broadcastableShapes,
  convCase,
  expansion,
  factors,
  indexedOrAbsent,
  permutation,
  poolCase,
  reduction,
  shapeAndAxis,
  strided,
} from "../ir/arbitraries.ts";
import { type anywhere, awayFromZero, type Point, pointsOf, positive, spaced } from "./points.ts";

type Placement = typeof anywhere;

const unary = (fn: (x: Value) => Value, place?: Placement) =>
  pointsOf(anyShape(0, 3), (shape) => ({ fn, shapes: [shape] }), place);

const binary = (fn: (a: Value, b: Value) => Value, place?: Placement) =>
  pointsOf(broadcastableShapes, ([a, b]) => ({ fn, shapes: [a, b] }), place);

/** Operators whose output does not move with their inputs. */
export type PiecewiseConstantOp =
  | "input"
  | "constant"
  | "sign"
  | "cast"
  | "not"
  | "stopGradient"
  | "greater"
  | "less"
  | "equal"
  | "and"
  | "maxPoolIndex";

export const ruleCases: {
  readonly [Op in Exclude<OpName, PiecewiseConstantOp>]: fc.Arbitrary<Point>;
} = {
  neg: unary(build.neg),
  abs: unary(build.abs, spaced),
  sqrt: unary(build.sqrt, positive),
  exp: unary(build.exp),
  log: unary(build.log, positive),
  reciprocal: unary(build.reciprocal, awayFromZero),
  relu: unary(build.relu, spaced),
  sigmoid: unary(build.sigmoid),
  tanh: unary(build.tanh),
  erf: unary(build.erf),
  clip: unary((x) => build.clip(x, -0.24, 0.36), spaced),

  add: binary(build.add),
  sub: binary(build.sub),
  mul: binary(build.mul),
  div: binary(build.div, awayFromZero),
  pow: binary(build.pow, positive),
  max: fc.oneof(binary(build.max, spaced), binary(build.firstMax, spaced)),
  min: binary(build.min, spaced),
  where: pointsOf(
    broadcastableShapes,
    (shapes) => ({ fn: (c, a, b) => build.where(build.greater(c, 0), a, b), shapes }),
    spaced,
  ),

  reduceSum: pointsOf(reduction, ({ shape, axes, keepdims }) => ({
    fn: (x) => build.reduceSum(x, axes, keepdims),
    shapes: [shape],
  })),
  reduceMax: pointsOf(
    reduction,
    ({ shape, axes, keepdims }) => ({
      fn: (x) => build.reduceMax(x, axes, keepdims),
      shapes: [shape],
    }),
    spaced,
  ),
  softmax: pointsOf(shapeAndAxis, ({ shape, axis }) => ({
    fn: (x) => build.softmax(x, axis),
    shapes: [shape],
  })),

  reshape: pointsOf(permutation, ({ shape, perm }) => ({
    fn: (x) => makeValue("reshape", [x], { shape: perm.map((axis) => shape[axis]) }),
    shapes: [shape],
  })),
  transpose: pointsOf(permutation, ({ shape, perm }) => ({
    fn: (x) => makeValue("transpose", [x], { perm }),
    shapes: [shape],
  })),
  expand: pointsOf(expansion, ({ from, to }) => ({
    fn: (x) => makeValue("expand", [x], { shape: to }),
    shapes: [from],
  })),
  concat: pointsOf(
    fc.tuple(
      shapeAndAxis,
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
    ),
    ([{ shape, axis }, extents]) => ({
      fn: (...xs) => makeValue("concat", xs, { axis }),
      shapes: extents.map((extent) => shape.with(axis, extent)),
    }),
  ),
  slice: pointsOf(strided, ({ shape, starts, steps, sizes }) => ({
    fn: (x) => makeValue("slice", [x], { starts, steps, sizes }),
    shapes: [shape],
  })),
  unslice: pointsOf(strided, ({ shape, starts, steps, sizes }) => ({
    fn: (x) => makeValue("unslice", [x], { starts, steps, shape }),
    shapes: [sizes],
  })),
  gather: pointsOf(indexedOrAbsent, ({ shape, axis, indices }) => ({
    fn: (x) => makeValue("gather", [x], { axis, indices }),
    shapes: [shape],
  })),
  scatterAdd: pointsOf(indexedOrAbsent, ({ shape, axis, indices }) => ({
    fn: (x) => makeValue("scatterAdd", [x], { axis, indices, size: shape[axis] }),
    shapes: [shape.with(axis, indices.length)],
  })),

  matmul: pointsOf(factors, ({ a, b }) => ({ fn: build.matmul, shapes: [a, b] })),
  conv: pointsOf(convCase, ({ window, x, w }) => ({
    fn: (a, b) => build.conv(a, b, window),
    shapes: [x, w],
  })),
  convDataGrad: pointsOf(convCase, ({ window, w, y }) => ({
    fn: (a, b) => build.convDataGrad(a, b, window),
    shapes: [y, w],
  })),
  convWeightGrad: pointsOf(convCase, ({ window, x, y }) => ({
    fn: (a, b) => build.convWeightGrad(a, b, window),
    shapes: [x, y],
  })),

  poolGather: pointsOf(
    poolCase,
    ({ window, x }) => ({
      fn: (a) => build.poolGather(a, build.maxPoolIndex(a, window), window),
      shapes: [x],
    }),
    spaced,
  ),
  poolScatter: pointsOf(
    poolCase,
    ({ window, x, y }) => ({
      fn: (a, dy) => build.poolScatter(dy, build.maxPoolIndex(a, window), window),
      shapes: [x, y],
    }),
    spaced,
  ),
  sumPool: pointsOf(poolCase, ({ window, x }) => ({
    fn: (a) => build.sumPool(a, window),
    shapes: [x],
  })),
  sumPoolGrad: pointsOf(poolCase, ({ window, y }) => ({
    fn: (dy) => build.sumPoolGrad(dy, window),
    shapes: [y],
  })),
};
