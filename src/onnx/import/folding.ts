/** Nodes whose inputs the file tells: shape arithmetic, computed when the model is read. */
import { evaluate } from "../../ir/interpreter/index.ts";
import { sizeOf, type Value } from "../../ir/value.ts";
import { type ElementType, elementTypes, isFloat } from "../modelFile.ts";
import { numbersOf } from "../tensorData.ts";
import type { ImportNode, Translation } from "./node.ts";
import type { Known } from "./operand.ts";

type Numbers = ArrayLike<number>;

/** Arithmetic on known tensors of one shape or single numbers; integers stay integers. */
const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  And: (a, b) => (a && b ? 1 : 0),
  Div: (a, b) => a / b,
  Equal: (a, b) => (a === b ? 1 : 0),
  Greater: (a, b) => (a > b ? 1 : 0),
  GreaterOrEqual: (a, b) => (a >= b ? 1 : 0),
  Less: (a, b) => (a < b ? 1 : 0),
  LessOrEqual: (a, b) => (a <= b ? 1 : 0),
  Max: Math.max,
  Min: Math.min,
  Mod: (a, b) => a - b * Math.floor(a / b),
  Mul: (a, b) => a * b,
  Or: (a, b) => (a || b ? 1 : 0),
  Pow: (a, b) => a ** b,
  Sub: (a, b) => a - b,
};

const unary: Readonly<Record<string, (a: number) => number>> = {
  Abs: Math.abs,
  Ceil: Math.ceil,
  Floor: Math.floor,
  Identity: (a) => a,
  Neg: (a) => -a,
  Not: (a) => (a ? 0 : 1),
  Round: (a) => (Math.abs(a % 1) === 0.5 ? 2 * Math.round(a / 2) : Math.round(a)),
  Sqrt: Math.sqrt,
};

const comparisons = new Set([
  "And",
  "Equal",
  "Greater",
  "GreaterOrEqual",
  "Less",
  "LessOrEqual",
  "Or",
]);

const isInteger = (type: ElementType): boolean => !isFloat(type) && type !== "bool";

const filled = (
  from: Known,
  type: ElementType,
  shape: readonly number[],
  at: (i: number) => number,
): Known => {
  const data = numbersOf(type, sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = at(i);
  return { kind: "known", name: from.name, type, shape, data };
};

function binaryOf(opType: string, a: Known, b: Known): Known | undefined {
  const apply = arithmetic[opType]!;
  const larger = a.data.length >= b.data.length ? a : b;
  const fits = [a, b].every(({ data }) => data.length === 1 || data.length === larger.data.length);
  if (!fits) return undefined;
  const pick = (data: Numbers, i: number) => data[data.length === 1 ? 0 : i]!;
  const whole = isInteger(a.type) && opType === "Div" ? Math.trunc : (n: number) => n;
  const shape = a.shape.length >= b.shape.length && larger === b ? b.shape : larger.shape;
  return filled(larger, comparisons.has(opType) ? "bool" : a.type, shape, (i) =>
    whole(apply(pick(a.data, i), pick(b.data, i))),
  );
}

/** Larger constants are no shape arithmetic. */
const LARGEST = 2 ** 22;

type Fold = (node: ImportNode, inputs: readonly [Known, ...Known[]]) => Known | undefined;

const converted: Fold = (node, [known]) => {
  const to = elementTypes[node.number("to", 1) - 1];
  if (!to || to === "string") return undefined;
  const whole = isInteger(to) ? Math.trunc : (n: number) => n;
  return filled(known, to, known.shape, (i) =>
    to === "bool" ? Number(known.data[i] !== 0) : whole(known.data[i]!),
  );
};

const product: Fold = (node, [known]) =>
  filled(known, known.type, node.number("keepdims", 1) === 1 ? [1] : [], () =>
    [...known.data].reduce((a, b) => a * b, 1),
  );

const each =
  (apply: (a: number) => number): Fold =>
  (_, [known]) =>
    filled(known, known.type, known.shape, (i) => apply(known.data[i]!));

const pairwise =
  (opType: string): Fold =>
  (_, [a, b]) =>
    b && binaryOf(opType, a, b);

const mapped = <T>(
  table: Readonly<Record<string, T>>,
  fold: (name: string, entry: T) => Fold,
): Record<string, Fold> =>
  Object.fromEntries(Object.entries(table).map(([name, entry]) => [name, fold(name, entry)]));

/** Where integers are not what floats are. */
const folds: Readonly<Record<string, Fold>> = {
  ...mapped(arithmetic, pairwise),
  ...mapped(unary, (_, apply) => each(apply)),
  Cast: converted,
  ReduceProd: product,
};

/** Operators of which nodes can be computed where their inputs are known. */
export const foldable: readonly string[] = Object.keys(folds);

/**
 * The result of a node whose inputs are known: by a rule for integers, else by the operator's own translation of
 * literals, which the interpreter computes; undefined where it has to be computed like any other.
 */
export function fold(
  node: ImportNode,
  inputs: readonly Known[],
  translate: Translation | undefined,
): Known | undefined {
  const [first, ...rest] = inputs;
  if (!first) return undefined;
  const folded = folds[node.opType]?.(node, [first, ...rest]);
  if (folded || !translate) return folded;
  const result = translate(node.ofLiterals());
  if (Array.isArray(result) || !("op" in result)) return undefined;
  const value = result as Value;
  const type =
    value.dtype === "bool" ? "bool" : (inputs[node.opType === "Where" ? 1 : 0]?.type ?? first.type);
  if (sizeOf(value.shape) > LARGEST) node.fail(`it makes a constant of shape [${value.shape}]`);
  const [numbers] = evaluate([value], new Map());
  return filled(first, type, value.shape, (i) => numbers![i]!);
}
