/**
 * Keeps low-rank updates of large matrices as their factors.
 *
 * A gradient step on n images changes a linear layer's weights [k,m] by a product of rank n. Written out, every step
 * makes another copy of the weights, which takes longer than all products with them:
 *   x (W - p q) = x W - (x p) q        p [k,n]   q [n,m]
 * needs none. The same holds for the cotangents of the weights, which are nothing but such products.
 */
import * as build from "../builders/index.ts";
import { rewrite } from "../graph.ts";
import type { OpName, Shape } from "../ops.ts";
import { sameShape } from "../shapes.ts";
import { makeValue, sizeOf, type Value } from "../value.ts";

/** Smaller matrices stay in a core's cache, where copies are cheap. */
const LARGE = 2 ** 20;

/** Above this share of the rank at which factors are as large as their product, the product is written out. */
const LARGEST_RANK = 1 / 8;

/** A summand of a matrix: one that is written out, or a product of two factors. */
type Term = Matrix | Product;
interface Matrix {
  readonly negative: boolean;
  readonly matrix: Value;
}
interface Product {
  readonly negative: boolean;
  readonly left: Value;
  readonly right: Value;
}

/**
 * Equivalent outputs in which products with large matrices are taken summand by summand where that is cheaper.
 * @param large - entries from which a matrix counts as large.
 */
export function keepFactored(outputs: readonly Value[], large = LARGE): Value[] {
  const known = new Map<Value, readonly Term[]>();
  const termsOf = (value: Value): readonly Term[] =>
    known.get(value) ?? [{ negative: false, matrix: value }];
  return rewrite(outputs, (value, inputs) => {
    const rebuilt = makeValue(value.op as OpName, inputs, value.attrs);
    if (rebuilt.op === "matmul" && rebuilt.inputs[1]!.shape.length === 2) {
      const terms = termsOf(rebuilt.inputs[1]!);
      if (terms.some(isProduct)) return multiply(rebuilt.inputs[0]!, terms);
    }
    if (rebuilt.shape.length !== 2 || sizeOf(rebuilt.shape) < large) return rebuilt;
    const terms = termsIn(rebuilt, termsOf);
    if (terms && rankOf(terms) > mostRank(rebuilt.shape)) return writtenOut(terms);
    if (terms) known.set(rebuilt, terms);
    return rebuilt;
  });
}

/** The summands of a matrix, or undefined where it is not made of any. */
function termsIn(
  { op, inputs: [a, b], shape }: Value,
  termsOf: (value: Value) => readonly Term[],
): readonly Term[] | undefined {
  switch (op) {
    case "matmul":
      return [{ negative: false, left: a!, right: b! }];
    case "transpose":
      return termsOf(a!).map(transposed);
    case "neg":
      return termsOf(a!).map(negated);
    case "add":
    case "sub":
      if (!sameShape(a!.shape, shape) || !sameShape(b!.shape, shape)) return undefined;
      return [...termsOf(a!), ...(op === "sub" ? termsOf(b!).map(negated) : termsOf(b!))];
    default:
      return undefined;
  }
}

const isProduct = (term: Term): term is Product => "left" in term;

const negated = (term: Term): Term => ({ ...term, negative: !term.negative });

/** (p q)^T = q^T p^T. */
const transposed = (term: Term): Term =>
  isProduct(term)
    ? { ...term, left: build.transpose(term.right), right: build.transpose(term.left) }
    : { ...term, matrix: build.transpose(term.matrix) };

const rankOf = (terms: readonly Term[]): number =>
  terms.filter(isProduct).reduce((sum, { left }) => sum + left.shape[1]!, 0);

/** Factors of rank r have r (k + m) entries, their product k m. */
const mostRank = ([k, m]: Shape): number => (LARGEST_RANK * k! * m!) / (k! + m!);

/** x times the sum. */
const multiply = (x: Value, terms: readonly Term[]): Value =>
  sum(terms, (term) =>
    build.matmul(
      ...(isProduct(term)
        ? ([build.matmul(x, term.left), term.right] as const)
        : ([x, term.matrix] as const)),
    ),
  );

/** The sum as one matrix: what is written out, and one product of all factors side by side. */
function writtenOut(terms: readonly Term[]): Value {
  const products = terms.filter(isProduct);
  const factors: Product = {
    negative: false,
    left: build.concat(
      products.map(({ left, negative }) => (negative ? build.neg(left) : left)),
      1,
    ),
    right: build.concat(
      products.map(({ right }) => right),
      0,
    ),
  };
  return sum([...terms.filter((term) => !isProduct(term)), factors], (term) =>
    isProduct(term) ? build.matmul(term.left, term.right) : term.matrix,
  );
}

/** What `form` makes of the summands, added up with their signs; matrices first, so that products are added to them. */
function sum(terms: readonly Term[], form: (term: Term) => Value): Value {
  const inOrder = [...terms].sort((a, b) => position(a) - position(b));
  const [first, ...rest] = inOrder;
  const start = first!.negative ? build.neg(form(first!)) : form(first!);
  return rest.reduce(
    (total, term) => (term.negative ? build.sub(total, form(term)) : build.add(total, form(term))),
    start,
  );
}

/** Matrices before products, what is added before what is taken away. */
const position = (term: Term): number => 2 * Number(isProduct(term)) + Number(term.negative);
