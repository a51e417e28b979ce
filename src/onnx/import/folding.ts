/** Nodes whose inputs the file tells: shape arithmetic, computed when the model is read. */
import { evaluate } from "../../ir/interpreter/index.ts";
import type { Shape } from "../../ir/ops.ts";
import { broadcastShapes } from "../../ir/shapes.ts";
import { sizeOf, type Value } from "../../ir/value.ts";
import { type ElementType, elementTypes, isFloat } from "../modelFile.ts";
import { numbersOf } from "../tensorData.ts";
import type { ImportNode, Translation } from "./node.ts";
import type { Known } from "./operand.ts";

type Fold = (node: ImportNode, inputs: readonly [Known, ...Known[]]) => Known | undefined;

const isInteger = (type: ElementType): boolean => !isFloat(type) && type !== "bool";

function filled(type: ElementType, shape: Shape, at: (i: number) => number): Known {
  const data = numbersOf(type, sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = at(i);
  return { kind: "known", name: "", type, shape, data };
}

const each =
  (apply: (number: number) => number): Fold =>
  (_, [{ type, shape, data }]) =>
    filled(type, shape, (i) => apply(data[i]!));

/** Halves go to the even neighbour. */
const rounded = (number: number): number =>
  Math.abs(number % 1) === 0.5 ? 2 * Math.round(number / 2) : Math.round(number);

const converted: Fold = (node, [known]) => {
  const to = elementTypes[node.number("to", 1) - 1];
  if (!to || to === "string") return undefined;
  const whole = isInteger(to) ? Math.trunc : (number: number) => number;
  return filled(to, known.shape, (i) =>
    to === "bool" ? Number(known.data[i] !== 0) : whole(known.data[i]!),
  );
};

/** The rest has the sign of the divisor, with fmod that of the dividend. Of one shape, or one of them a single number. */
const rest: Fold = (node, [a, b]) => {
  const shape = b && broadcastShapes(a.shape, b.shape);
  if (!b || !shape) return undefined;
  const size = sizeOf(shape);
  if (![a, b].every(({ data }) => data.length === 1 || data.length === size)) return undefined;
  const pick = ({ data }: Known, i: number) => data[data.length === 1 ? 0 : i]!;
  const truncated = node.number("fmod", 0) === 1;
  return filled(a.type, shape, (i) => {
    const [dividend, divisor] = [pick(a, i), pick(b, i)];
    return truncated ? dividend % divisor : dividend - divisor * Math.floor(dividend / divisor);
  });
};

/** Over all entries of a list. */
const product: Fold = (node, [known]) => {
  if (known.shape.length > 1) return undefined;
  const kept = node.number("keepdims", 1) === 1 && known.shape.length === 1;
  return filled(known.type, kept ? [1] : [], () => [...known.data].reduce((a, b) => a * b, 1));
};

/** What is not translated, or where integers are not what floats are. */
const folds = new Map<string, Fold>([
  ["Cast", converted],
  ["Ceil", each(Math.ceil)],
  ["Floor", each(Math.floor)],
  ["Mod", rest],
  ["ReduceProd", product],
  ["Round", each(rounded)],
]);

/** Operators of which nodes can be computed where their inputs are known. */
export const foldable: readonly string[] = [...folds.keys()];

/**
 * The results of a node whose inputs are known: by a rule of its own, else by the operator's translation of literals,
 * which the interpreter computes; undefined where it has to be computed like any other.
 */
export function fold(
  node: ImportNode,
  inputs: readonly Known[],
  translate: Translation | undefined,
): Known[] | undefined {
  const [first, ...others] = inputs;
  if (!first) return undefined;
  const rule = folds.get(node.opType);
  if (rule) {
    const folded = rule(node, [first, ...others]);
    return folded && [folded];
  }
  if (!translate) return undefined;
  const result = translate(node.ofLiterals());
  const all = Array.isArray(result) ? result : [result];
  if (!all.every((one): one is Value => "op" in one)) return undefined;
  for (const { shape } of all) node.bounded(sizeOf(shape), `a constant of shape [${shape}]`);
  const type = typeOfResult(node.opType, inputs);
  const whole = isInteger(type) ? Math.trunc : (number: number) => number;
  return evaluate(all, new Map()).map((numbers, i) => {
    const { dtype, shape } = all[i]!;
    return filled(dtype === "bool" ? "bool" : type, shape, (k) => whole(numbers[k]!));
  });
}

/** Of Where the values', of CastLike the second input's, else the first one's. */
function typeOfResult(opType: string, inputs: readonly Known[]): ElementType {
  const at = opType === "Where" || opType === "CastLike" ? 1 : 0;
  return (inputs[at] ?? inputs[0]!).type;
}
