/** Immutable, hash-consed values: building the same expression twice yields the same object. */
import { infer } from "./infer.ts";
import type { DType, OpAttrs, OpName, Shape } from "./ops.ts";

/** One tensor of a computation: an operator, its input values and attributes, and the static shape. */
export type Value<Op extends OpName = OpName> = {
  [K in Op]: {
    readonly op: K;
    readonly inputs: readonly Value[];
    readonly attrs: OpAttrs[K];
    readonly shape: Shape;
    readonly dtype: DType;
    /** Creation order; inputs always have smaller ids than the values made from them. */
    readonly id: number;
  };
}[Op];

const interned = new Map<string, WeakRef<Value>>();
const collected = new FinalizationRegistry<string>((key) => {
  if (interned.get(key)?.deref() === undefined) interned.delete(key);
});
let nextId = 0;

/**
 * The value of `op` applied to `inputs`: an existing one where the same expression was built before.
 * @throws {ShapeError} when the inputs do not fit the operator.
 */
export function makeValue<Op extends OpName>(
  op: Op,
  inputs: readonly Value[],
  attrs: OpAttrs[Op],
): Value {
  const key = `${op}(${inputs.map((input) => input.id).join()})${spell(attrs)}`;
  const known = interned.get(key)?.deref();
  if (known) return known;
  const { shape, dtype } = infer(op, inputs, attrs);
  const value = Object.freeze({
    op,
    inputs: Object.freeze([...inputs]),
    attrs,
    shape,
    dtype,
    id: nextId++,
  });
  interned.set(key, new WeakRef(value as Value));
  collected.register(value, key);
  return value as Value;
}

/** Attributes hold long lists of indices that many values share: each list is spelled once, and frozen. */
const spelled = new WeakMap<object, string>();

/** An attribute as text, different for different attributes, negative zero included. */
function spell(attr: unknown): string {
  if (typeof attr === "number") return Object.is(attr, -0) ? "-0" : String(attr);
  if (typeof attr !== "object" || attr === null) return JSON.stringify(attr);
  const known = spelled.get(attr);
  if (known !== undefined) return known;
  const text = Array.isArray(attr)
    ? `[${attr.map(spell).join()}]`
    : `{${Object.entries(attr).map(([name, entry]) => `${name}:${spell(entry)}`)}}`;
  if (Array.isArray(attr)) spelled.set(Object.freeze(attr), text);
  return text;
}

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
