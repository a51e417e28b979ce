/** Elementwise operators. */
import type { OpName } from "../ops.ts";
import type { Value } from "../value.ts";
import { erf } from "./erf.ts";
import type { Kernels } from "./kernel.ts";
import { expandTo } from "./strided.ts";

type Compute = (inputs: readonly Float64Array[], value: Value) => Float64Array;

function unary(f: (x: number) => number): Compute {
  return ([x]) => {
    const y = new Float64Array(x.length);
    for (let i = 0; i < y.length; i++) y[i] = f(x[i]);
    return y;
  };
}

function binary(f: (a: number, b: number) => number): Compute {
  return (inputs, value) => {
    const [a, b] = broadcast(inputs, value);
    const y = new Float64Array(a.length);
    for (let i = 0; i < y.length; i++) y[i] = f(a[i], b[i]);
    return y;
  };
}

function broadcast(inputs: readonly Float64Array[], value: Value): Float64Array[] {
  return inputs.map((data, i) => expandTo(data, value.inputs[i].shape, value.shape));
}

const identity: Compute = ([x]) => x;

export const elementwise = {
  neg: unary((x) => -x),
  abs: unary(Math.abs),
  sign: unary(Math.sign),
  sqrt: unary(Math.sqrt),
  exp: unary(Math.exp),
  log: unary(Math.log),
  reciprocal: unary((x) => 1 / x),
  relu: unary((x) => Math.max(x, 0)),
  sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  tanh: unary(Math.tanh),
  erf: unary(erf),
  clip: (inputs, value) => {
    const { min, max } = value.attrs;
    return unary((x) => Math.min(Math.max(x, min), max))(inputs, value);
  },
  cast: (inputs, value) =>
    (value.attrs.to === "bool" ? unary((x) => (x === 0 ? 0 : 1)) : identity)(inputs, value),
  not: unary((x) => (x === 0 ? 1 : 0)),
  stopGradient: identity,

  add: binary((a, b) => a + b),
  sub: binary((a, b) => a - b),
  mul: binary((a, b) => a * b),
  div: binary((a, b) => a / b),
  pow: binary(Math.pow),
  max: binary(Math.max),
  min: binary(Math.min),
  greater: binary((a, b) => (a > b ? 1 : 0)),
  less: binary((a, b) => (a < b ? 1 : 0)),
  equal: binary((a, b) => (a === b ? 1 : 0)),
  and: binary((a, b) => (a !== 0 && b !== 0 ? 1 : 0)),
  where: (inputs, value) => {
    const [condition, a, b] = broadcast(inputs, value);
    return condition.map((chosen, i) => (chosen === 0 ? b[i] : a[i]));
  },
} satisfies Partial<Kernels<OpName>>;

/** Whether entry i of an operator's result depends on entry i of its (broadcast) inputs alone. */
export const isElementwise = (op: OpName): boolean => Object.hasOwn(elementwise, op);
