import { describe, expect, test } from "vitest";
import { vjp } from "../../src/autodiff/gradient.ts";
import { jvp } from "../../src/autodiff/jvp.ts";
import * as build from "../../src/ir/builders/index.ts";
import { evaluate } from "../../src/ir/interpreter/index.ts";
import type { Shape } from "../../src/ir/ops.ts";
import type { Value } from "../../src/ir/value.ts";

const { input } = build;

/** Derivatives of the sum of y = fn(x): by reverse mode, entry by entry by forward mode, and of second order. */
function derivatives(fn: (x: Value) => Value, shape: Shape, data: readonly number[]) {
  const x = input("x", shape);
  const feeds = new Map([["x", Float64Array.from(data)]]);
  const y = fn(x);
  const [reverse] = vjp([y], [x], [build.ones(y.shape)]);
  const [second] = vjp([reverse], [x], [build.ones(shape)]);
  const tangents = data.map((_, hot) =>
    build.constant(
      data.map((_, i) => (i === hot ? 1 : 0)),
      shape,
    ),
  );
  const forward = tangents.map((tangent) => build.reduceSum(jvp([y], [x], [tangent])[0]));
  const [ofReverse, ofSecond, ...ofForward] = evaluate([reverse, second, ...forward], feeds);
  return {
    reverse: [...ofReverse].map((v) => v + 0),
    forward: ofForward.map(([v]) => v + 0),
    second: [...ofSecond].map((v) => v + 0),
  };
}

interface Kink {
  readonly name: string;
  readonly fn: (x: Value) => Value;
  readonly at: readonly number[];
  readonly first: readonly number[];
  /** Row sums of the Hessian, where they are not zero. */
  readonly second?: readonly number[];
  readonly shape?: Shape;
}

const third = 1 / 3;

const kinks: Kink[] = [
  { name: "relu", fn: build.relu, at: [0, 1, -1], first: [0, 1, 0] },
  { name: "abs", fn: build.abs, at: [0, 2, -2], first: [0, 1, -1] },
  {
    name: "clip, which passes at both bounds",
    fn: (x) => build.clip(x, -1, 2),
    at: [-1, 2, -1.5, 2.5],
    first: [1, 1, 0, 0],
  },
  { name: "leakyRelu", fn: (x) => build.leakyRelu(x, 0.25), at: [0], first: [0.25] },
  { name: "elu", fn: (x) => build.elu(x, 1.5), at: [0], first: [1.5], second: [1.5] },
  {
    name: "elu far out, where exp overflows",
    fn: (x) => build.elu(x),
    at: [1000, -1000],
    first: [1, 0],
  },
  {
    name: "softplus",
    fn: build.softplus,
    at: [0, 1000, -1000],
    first: [0.5, 1, 0],
    second: [0.25, 0, 0],
  },
  {
    name: "reduceMax, which shares a tie evenly",
    fn: (x) => build.reduceMax(x),
    at: [1, 3, 3, 3],
    first: [0, third, third, third],
  },
  {
    name: "maxPool2d, where the first maximum wins",
    fn: (x) => build.maxPool2d(x, [2, 2], { strides: [2, 2] }),
    shape: [1, 1, 2, 4],
    at: [1, 5, 7, 7, 5, 5, 7, 7],
    first: [0, 1, 1, 0, 0, 0, 0, 0],
  },
  {
    name: "x ^ 2 at 0",
    fn: (x) => build.pow(x, 2),
    at: [0, -2],
    first: [0, -4],
    second: [2, 2],
  },
  { name: "x ^ 1 at 0", fn: (x) => build.pow(x, 1), at: [0, -2], first: [1, 1] },
  { name: "x ^ 0 at 0", fn: (x) => build.pow(x, 0), at: [0, -2], first: [0, 0] },
  {
    name: "logSoftmax with far-apart logits",
    fn: (x) => build.slice(build.logSoftmax(x), [{ axis: 0, end: 1 }]),
    at: [1000, 1000, -1000],
    first: [0.5, -0.5, 0],
  },
];

describe("at kinks and at extremes first derivatives are PyTorch's and second ones are finite", () => {
  test.each(kinks)("$name", ({ fn, at, first, second = at.map(() => 0), shape = [at.length] }) => {
    const actual = derivatives(fn, shape, at);
    expect(actual.reverse).toEqual(first);
    expect(actual.forward).toEqual(first);
    expect(actual.second).toEqual(second);
  });

  test.each([
    ["firstMax", build.firstMax, [1, 1, 0], [0, 0, 1]],
    ["max", build.max, [0.5, 1, 0], [0.5, 0, 1]],
    ["min", build.min, [0.5, 0, 1], [0.5, 1, 0]],
  ] as const)("%s divides a tie between its operands", (_, op, ofA, ofB) => {
    const [a, b, c] = ["a", "b", "c"].map((name) => input(name, [3]));
    const y = op(a, b);
    const feeds = new Map([
      ["a", Float64Array.of(1, 4, 4)],
      ["b", Float64Array.of(1, 3, 5)],
      ["c", Float64Array.of(1, 1, 1)],
    ]);
    const [da, db] = vjp([y], [a, b], [c]);
    const computed = evaluate([da, db, ...jvp([y], [a], [c]), ...jvp([y], [b], [c])], feeds);
    expect(computed.map((data) => [...data])).toEqual([ofA, ofB, ofA, ofB]);
  });

  test("a ^ b at a = 0 and at b = 0", () => {
    const [a, b] = ["a", "b"].map((name) => input(name, [4]));
    const y = build.pow(a, b);
    const feeds = new Map([
      ["a", Float64Array.of(0, 0, 0, 2)],
      ["b", Float64Array.of(0, 1, 2, 0)],
    ]);
    const gradients = evaluate(vjp([y], [a, b], [build.ones([4])]), feeds);
    expect(gradients.map((data) => [...data])).toEqual([
      [0, 1, 0, 0],
      [0, 0, 0, Math.log(2)],
    ]);
  });

  test("where blocks the cotangent of what it did not choose, however large", () => {
    const safeLog = (x: Value) => {
      const positive = build.greater(x, 0);
      return build.where(positive, build.log(build.where(positive, x, 1)), 0);
    };
    expect(derivatives(safeLog, [3], [2, 0, -1])).toEqual({
      reverse: [0.5, 0, 0],
      forward: [0.5, 0, 0],
      second: [-0.25, 0, 0],
    });
  });
});

test.each<[string, (x: Value) => Value]>([
  ["sign", build.sign],
  ["greater", (x) => build.cast(build.greater(x, 0.1), "float32")],
  ["less", (x) => build.cast(build.less(x, 0.1), "float32")],
  ["equal", (x) => build.cast(build.equal(x, 0.1), "float32")],
  ["stopGradient", build.stopGradient],
])("%s has a derivative of zero by declaration", (_, fn) => {
  const zero = [0, 0];
  expect(derivatives(fn, [2], [0.5, -0.5])).toEqual({ reverse: zero, forward: zero, second: zero });
});
