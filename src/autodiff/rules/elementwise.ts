/** Derivatives of elementwise operators. At kinks they follow PyTorch. */

import { literal } from "../../ir/builders/elementwise.ts";
import {
  add,
  and,
  cast,
  div,
  equal,
  exp,
  greater,
  less,
  log,
  mul,
  neg,
  not,
  pow,
  reciprocal,
  scalar,
  sign,
  sub,
  where,
} from "../../ir/builders/index.ts";
import type { OpName } from "../../ir/ops.ts";
import type { Value } from "../../ir/value.ts";
import { elementwise, multilinear, piecewiseConstant, type RuleTable, sum } from "../rule.ts";

/** 1 where the condition holds, else 0. */
const indicator = (condition: Value): Value => cast(condition, "float32");

/** d max(a, b) / da: 1 where a wins, 1/2 at a tie. */
const share = (wins: Value, ties: Value): Value => add(indicator(wins), mul(indicator(ties), 0.5));

/** d max(a, b) / da and / db. */
const halves = (a: Value, b: Value): Value[] => [
  share(greater(a, b), equal(a, b)),
  share(less(a, b), equal(a, b)),
];

export type ElementwiseOp = Extract<
  OpName,
  | "neg"
  | "abs"
  | "sign"
  | "sqrt"
  | "exp"
  | "log"
  | "reciprocal"
  | "relu"
  | "sigmoid"
  | "tanh"
  | "erf"
  | "clip"
  | "cast"
  | "not"
  | "stopGradient"
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "pow"
  | "max"
  | "min"
  | "greater"
  | "less"
  | "equal"
  | "and"
  | "where"
>;

export const elementwiseRules: RuleTable<ElementwiseOp> = {
  neg: multilinear("neg", ({ dy }) => [neg(dy)]),
  abs: elementwise(({ inputs: [x] }) => [sign(x!)]),
  sqrt: elementwise(({ y }) => [div(0.5, y)]),
  exp: elementwise(({ y }) => [y]),
  log: elementwise(({ inputs: [x] }) => [reciprocal(x!)]),
  reciprocal: elementwise(({ y }) => [neg(mul(y, y))]),
  /** relu'(0) = 0. Asking y instead of x lets runtimes fuse the ReLU into what made x, and forget x. */
  relu: elementwise(({ y }) => [indicator(greater(y, 0))]),
  sigmoid: elementwise(({ y }) => [mul(y, sub(1, y))]),
  tanh: elementwise(({ y }) => [sub(1, mul(y, y))]),
  /** erf'(x) = 2 / sqrt(pi) * exp(-x^2) */
  erf: elementwise(({ inputs: [x] }) => [mul(exp(neg(mul(x!, x!))), 2 / Math.sqrt(Math.PI))]),
  /** 1 inside and at both bounds */
  clip: elementwise(({ inputs: [x], attrs: { min, max } }) => [
    indicator(and(not(less(x!, min)), not(greater(x!, max)))),
  ]),

  add: {
    vjp: ({ dy }) => [dy, dy],
    jvp: ({ tangents }) => sum(tangents),
  },
  sub: {
    vjp: ({ dy }) => [dy, neg(dy)],
    jvp: ({ tangents: [da, db] }) => sum([da, db && neg(db)]),
  },
  mul: multilinear("mul", ({ dy, inputs: [a, b] }) => [mul(dy, b!), mul(dy, a!)]),
  div: elementwise(({ inputs: [, b], y }) => [reciprocal(b!), neg(div(y, b!))]),
  /** d a^b / da = b a^(b-1), 0 where b = 0;   d a^b / db = a^b log a, 0 where a = 0 and b >= 0 */
  pow: elementwise(({ inputs: [a, b], y }) => {
    const exponent = literal(b!);
    const base =
      exponent === undefined
        ? where(equal(b!, 0), 0, mul(b!, pow(a!, sub(b!, 1))))
        : exponent === 0
          ? scalar(0)
          : mul(pow(a!, exponent - 1), exponent);
    const safe = where(equal(a!, 0), 1, a!);
    return [base, where(and(equal(a!, 0), not(less(b!, 0))), 0, mul(y, log(safe)))];
  }),
  /**
   * At a tie each operand takes half of dy; or, written with subtractions and choices that are faster than masks,
   * the first takes it all: db = dy [b > a], da = dy - db.
   */
  max: {
    vjp: ({ dy, inputs: [a, b], attrs: { ties } }) => {
      if (ties === "split") return halves(a!, b!).map((part) => mul(dy, part));
      const db = mul(dy, indicator(greater(b!, a!)));
      return [sub(dy, db), db];
    },
    jvp: ({ inputs: [a, b], attrs: { ties }, tangents: [da, db] }) => {
      if (ties === "first") return where(greater(b!, a!), db ?? 0, da ?? 0);
      const [ofA, ofB] = halves(a!, b!) as [Value, Value];
      return sum([da && mul(da, ofA), db && mul(db, ofB)]);
    },
  },
  min: elementwise(({ inputs: [a, b] }) => [
    share(less(a!, b!), equal(a!, b!)),
    share(greater(a!, b!), equal(a!, b!)),
  ]),
  where: {
    constantBefore: 1,
    vjp: ({ dy, inputs: [condition] }) => [
      scalar(0),
      where(condition!, dy, 0),
      where(condition!, 0, dy),
    ],
    jvp: ({ inputs: [condition], tangents: [, da, db] }) => where(condition!, da ?? 0, db ?? 0),
  },

  sign: piecewiseConstant,
  cast: piecewiseConstant,
  not: piecewiseConstant,
  stopGradient: piecewiseConstant,
  greater: piecewiseConstant,
  less: piecewiseConstant,
  equal: piecewiseConstant,
  and: piecewiseConstant,
};
