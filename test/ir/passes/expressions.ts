/** Random expressions of the kinds that the passes rewrite, finite everywhere. */
import fc from "fast-check";
import * as build from "../../../src/ir/builders/index.ts";
import { broadcastShapes } from "../../../src/ir/shapes.ts";
import type { Value } from "../../../src/ir/value.ts";

type Step = (operands: readonly Value[]) => Value;

const binary = [build.add, build.sub, build.mul, build.max, build.min];

/** One more operator over two of the values built so far; where it does not fit, the first of them. */
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom(...binary).map(
    (op): Step =>
      ([a, b]) =>
        broadcastShapes(a.shape, b.shape) ? op(a, b) : a,
  ),
  fc.tuple(fc.constantFrom(...binary), fc.constantFrom(-1, 0, 1, 2, -0.5), fc.boolean()).map(
    ([op, number, first]): Step =>
      ([a]) =>
        first ? op(number, a) : op(a, number),
  ),
  fc.constantFrom<Step>(
    ([a]) => build.neg(a),
    ([a]) => build.tanh(a),
    ([a]) => build.div(a, 1),
    ([a]) => build.pow(a, 1),
    ([a]) => build.pow(a, 2),
    ([a]) => build.div(0, build.add(build.mul(a, a), 1)),
    ([a]) => build.transpose(a),
    ([a]) => build.reshape(a, [-1]),
    ([a]) => build.reshape(a, [1, ...a.shape]),
    ([a]) => build.expand(a, [2, ...a.shape]),
    ([a]) => build.reduceSum(a),
    ([a]) => (a.shape.length > 0 ? build.reduceSum(a, [0]) : a),
    ([a]) => build.where(build.greater(a, 0.1), a, 0),
    ([a]) => build.mul(a, build.zeros(a.shape)),
    ([a]) => (a.shape.length > 0 ? build.slice(a, [{ axis: 0, step: -1 }]) : a),
    ([a]) => (a.shape.length === 2 ? build.matmul(a, build.transpose(a)) : a),
  ),
);

/** An expression over the given values, kept small by tanh. */
export const expression = (leaves: readonly Value[]): fc.Arbitrary<Value> =>
  fc.array(fc.tuple(step, fc.nat(20), fc.nat(20)), { minLength: 1, maxLength: 8 }).map((steps) => {
    const built = [...leaves, build.scalar(2), build.ones([3]), build.zeros([2, 3])];
    for (const [apply, i, j] of steps) {
      const value = apply([built[i % built.length], built[built.length - 1 - (j % built.length)]]);
      built.push(value.shape.length <= 4 ? value : build.tanh(built.at(-1)!));
    }
    return built.at(-1)!;
  });
