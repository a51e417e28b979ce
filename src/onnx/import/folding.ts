/** Nodes whose inputs the file tells: shape arithmetic, computed when the model is read. */
import { sizeOf } from "../../ir/value.ts";
import { type ElementType, elementTypes, isFloat } from "../modelFile.ts";
import { numbersOf } from "../tensorData.ts";
import type { ImportNode } from "./node.ts";
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

/** The result of a node whose inputs are known; undefined where it has to be computed like any other. */
export function fold(node: ImportNode, inputs: readonly Known[]): Known | undefined {
  const [first, second, third] = inputs;
  const { opType } = node;
  if (!first) return undefined;
  if (opType in arithmetic && second) return binaryOf(opType, first, second);
  if (opType in unary)
    return filled(first, first.type, first.shape, (i) => unary[opType]!(first.data[i]!));
  const data = (known: Known, shape: readonly number[]): Known => ({ ...known, shape });
  switch (opType) {
    case "Cast": {
      const to = elementTypes[node.number("to", 1) - 1];
      if (!to || to === "string") return undefined;
      const whole = isInteger(to) ? Math.trunc : (n: number) => n;
      return filled(first, to, first.shape, (i) =>
        to === "bool" ? Number(first.data[i] !== 0) : whole(first.data[i]!),
      );
    }
    case "Concat": {
      if (inputs.some(({ shape }) => shape.length !== 1)) return undefined;
      const all = inputs.flatMap(({ data }) => [...data]);
      return filled(first, first.type, [all.length], (i) => all[i]!);
    }
    case "Gather": {
      if (first.shape.length !== 1 || !second) return undefined;
      const at = (i: number) => (second.data[i]! < 0 ? first.data.length : 0) + second.data[i]!;
      return filled(
        first,
        first.type,
        second.shape,
        (i) => first.data[at(i)] ?? node.fail("its index is outside"),
      );
    }
    case "Reshape": {
      const wanted = [...second!.data];
      const rest = wanted.reduce(
        (product, extent) => (extent === -1 ? product : product * extent),
        1,
      );
      return data(
        first,
        wanted.map((extent) => (extent === -1 ? first.data.length / rest : extent)),
      );
    }
    case "Squeeze":
      return data(
        first,
        first.data.length === 1 ? [] : first.shape.filter((extent) => extent !== 1),
      );
    case "Unsqueeze":
      return first.shape.length === 0 ? data(first, [1]) : undefined;
    case "Slice": {
      if (first.shape.length !== 1 || node.opset < 10 || !second || !third) return undefined;
      const step = inputs[4]?.data[0] ?? 1;
      if (step !== 1) return undefined;
      const part = [...first.data].slice(second.data[0]!, third.data[0]!);
      return filled(first, first.type, [part.length], (i) => part[i]!);
    }
    case "Where": {
      const size = Math.max(...inputs.map(({ data }) => data.length));
      const pick = ({ data }: Known, i: number) => data[data.length === 1 ? 0 : i]!;
      const shape = inputs.find(({ data }) => data.length === size)!.shape;
      return filled(second!, second!.type, shape, (i) =>
        pick(first, i) ? pick(second!, i) : pick(third!, i),
      );
    }
    case "Expand": {
      if (first.data.length !== 1) return undefined;
      return filled(first, first.type, [...second!.data], () => first.data[0]!);
    }
    case "ReduceProd":
      return filled(first, first.type, node.number("keepdims", 1) === 1 ? [1] : [], () =>
        [...first.data].reduce((a, b) => a * b, 1),
      );
    default:
      return undefined;
  }
}
