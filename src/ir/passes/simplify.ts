/** Algebraic simplification, value by value: identities of arithmetic, broadcasting and movement. */

import { literal } from "../builders/elementwise.ts";
import * as build from "../builders/index.ts";
import { rewrite } from "../graph.ts";
import type { OpName } from "../ops.ts";
import { broadcastShapes, sameShape } from "../shapes.ts";
import { makeValue, sizeOf, type Value } from "../value.ts";

/** Equivalent outputs with fewer operators. Zeros are exact: 0 * x is 0 whatever x is. */
export function simplify(outputs: readonly Value[]): Value[] {
  return rewrite(outputs, simplifyOne);
}

/** A value rebuilt on simplified inputs, itself replaced by something simpler where a rule below applies. */
function simplifyOne(value: Value, inputs: readonly Value[]): Value {
  const rebuilt = inputs.every((input, i) => input === value.inputs[i])
    ? value
    : makeValue(value.op as OpName, inputs, value.attrs);
  for (const rule of rules) {
    const simpler = rule(rebuilt);
    if (simpler && simpler !== rebuilt) return simpler;
  }
  return rebuilt;
}

type Rule = (value: Value) => Value | undefined;

const isLiteral = (x: Value, number: number): boolean => literal(x) === number;

/** x + 0, x - 0, x * 1, x / 1 are x; 0 - x and x * -1 are -x; x * 0 is 0. */
const neutralElements: Rule = ({ op, inputs: [a, b], shape }) => {
  switch (op) {
    case "add":
      if (isLiteral(b!, 0)) return build.expand(a!, shape);
      if (isLiteral(a!, 0)) return build.expand(b!, shape);
      return undefined;
    case "sub":
      if (isLiteral(b!, 0)) return build.expand(a!, shape);
      if (isLiteral(a!, 0)) return build.neg(build.expand(b!, shape));
      return undefined;
    case "mul":
      for (const [x, factor] of [
        [a!, b!],
        [b!, a!],
      ] as const) {
        if (isLiteral(factor, 0)) return build.zeros(shape);
        if (isLiteral(factor, 1)) return build.expand(x, shape);
        if (isLiteral(factor, -1)) return build.neg(build.expand(x, shape));
      }
      return undefined;
    case "div":
      if (isLiteral(a!, 0)) return build.zeros(shape);
      return isLiteral(b!, 1) ? build.expand(a!, shape) : undefined;
    default:
      return undefined;
  }
};

/** -(-x) is x; (-a) * b is -(a * b) moved out; a + (-b) is a - b; a - (-b) is a + b. */
const signs: Rule = ({ op, inputs: [a, b] }) => {
  if (op === "neg" && a!.op === "neg") return a!.inputs[0];
  if (op === "add" && b!.op === "neg") return build.sub(a!, b!.inputs[0]!);
  if (op === "add" && a!.op === "neg") return build.sub(b!, a!.inputs[0]!);
  if (op === "sub" && b!.op === "neg") return build.add(a!, b!.inputs[0]!);
  return undefined;
};

/** (x * c) * d is x * (c d) for literals c and d. */
const literalFactors: Rule = ({ op, inputs: [a, b], shape }) => {
  const outer = op === "mul" ? literal(b!) : undefined;
  if (outer === undefined || a!.op !== "mul") return undefined;
  const inner = literal(a!.inputs[1]!);
  return inner === undefined
    ? undefined
    : build.expand(build.mul(a!.inputs[0]!, inner * outer), shape);
};

/** Commutative operators carry their literal second. */
const literalSecond: Rule = ({ op, inputs: [a, b] }) => {
  if (op !== "mul" || literal(a!) === undefined || literal(b!) !== undefined) return undefined;
  return build.mul(b!, a!);
};

const broadcasting = new Set<OpName>([
  "add",
  "sub",
  "mul",
  "div",
  "max",
  "min",
  "greater",
  "less",
  "equal",
  "where",
  "and",
]);

/** An operand need not be expanded where the other operands' shapes broadcast to the result anyway. */
const implicitBroadcast: Rule = ({ op, inputs, attrs, shape }) => {
  if (!broadcasting.has(op)) return undefined;
  for (const [i, x] of inputs.entries()) {
    if (x.op !== "expand") continue;
    const bare = inputs.with(i, x.inputs[0]!);
    const common = bare.reduce<readonly number[] | undefined>(
      (s, y) => s && broadcastShapes(s, y.shape),
      [],
    );
    if (common && sameShape(common, shape)) return makeValue(op, bare, attrs);
  }
  return undefined;
};

/** Operators that map zeros to zeros when this input is zero. */
const linearIn: { readonly [Op in OpName]?: readonly number[] } = {
  neg: [0],
  matmul: [0, 1],
  conv: [0, 1],
  convDataGrad: [0, 1],
  convWeightGrad: [0, 1],
  poolGather: [0],
  poolScatter: [0],
  sumPool: [0],
  sumPoolGrad: [0],
  reduceSum: [0],
  transpose: [0],
  slice: [0],
  unslice: [0],
  gather: [0],
  scatterAdd: [0],
};

const zeroPropagation: Rule = ({ op, inputs, shape }) =>
  linearIn[op]?.some((i) => isLiteral(inputs[i]!, 0)) ? build.zeros(shape) : undefined;

/** Expanding or reshaping a literal gives the same literal; an expanded value is expanded once. */
const literalMoves: Rule = ({ op, inputs: [x], shape }) => {
  if (op === "expand" && x!.op === "expand") return build.expand(x!.inputs[0]!, shape);
  if (op !== "reshape" && op !== "expand" && op !== "transpose") return undefined;
  const number = literal(x!);
  return number === undefined || x!.shape.length === 0 ? undefined : build.full(shape, number);
};

/** A sum over repeated entries is a multiple. */
const sumOfExpanded: Rule = (value) => {
  if (value.op !== "reduceSum" || value.inputs[0]!.op !== "expand") return undefined;
  const number = literal(value.inputs[0]!);
  if (number === undefined) return undefined;
  return build.full(value.shape, (number * sizeOf(value.inputs[0]!.shape)) / sizeOf(value.shape));
};

/** x^1 is x, x^2 is x * x. */
const smallPowers: Rule = ({ op, inputs: [x, exponent], shape }) => {
  if (op !== "pow") return undefined;
  if (isLiteral(exponent!, 1)) return build.expand(x!, shape);
  return isLiteral(exponent!, 2) ? build.expand(build.mul(x!, x!), shape) : undefined;
};

const noOps: Rule = ({ op, inputs: [x], shape }) =>
  (op === "expand" || op === "reshape") && sameShape(x!.shape, shape) ? x : undefined;

/** Two reshapes or transposes in a row are one. */
const chainedMoves: Rule = (value) => {
  const [before] = value.inputs;
  if (value.op === "reshape" && before!.op === "reshape")
    return build.reshape(before!.inputs[0]!, value.shape);
  if (value.op !== "transpose" || before!.op !== "transpose") return undefined;
  const { perm } = before!.attrs;
  return build.transpose(
    before!.inputs[0]!,
    value.attrs.perm.map((axis) => perm[axis]!),
  );
};

/** Slices placed next to each other along one axis, added up, are one concatenation placed at once. */
const adjacentPlacements: Rule = ({ op, inputs: [a, b], shape }) => {
  if (op !== "add" || a!.op !== "unslice" || b!.op !== "unslice") return undefined;
  if (!sameShape(a!.shape, b!.shape) || !isUnitStep(a!) || !isUnitStep(b!)) return undefined;
  const [low, high] = a!.attrs.starts.every((start, axis) => start <= b!.attrs.starts[axis]!)
    ? [a!, b!]
    : [b!, a!];
  const [before, behind] = [low.inputs[0]!, high.inputs[0]!];
  const apart = shape
    .map((_, axis) => axis)
    .filter(
      (axis) =>
        low.attrs.starts[axis] !== high.attrs.starts[axis] ||
        before.shape[axis] !== behind.shape[axis],
    );
  const [axis] = apart;
  if (axis === undefined || apart.length > 1) return undefined;
  if (low.attrs.starts[axis]! + before.shape[axis]! !== high.attrs.starts[axis]) return undefined;
  const joined = build.concat(
    [before, behind].flatMap((x) => (x.op === "concat" && x.attrs.axis === axis ? x.inputs : [x])),
    axis,
  );
  return sameShape(joined.shape, shape)
    ? joined
    : makeValue("unslice", [joined], { ...low.attrs, shape });
};

const isUnitStep = ({ attrs: { steps } }: Value<"unslice">): boolean =>
  steps.every((step) => step === 1);

const rules: readonly Rule[] = [
  adjacentPlacements,
  noOps,
  chainedMoves,
  neutralElements,
  signs,
  smallPowers,
  literalMoves,
  sumOfExpanded,
  zeroPropagation,
  implicitBroadcast,
  literalSecond,
  literalFactors,
];
