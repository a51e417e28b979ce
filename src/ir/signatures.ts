/** How many inputs every operator takes, and of which dtype. */
import type { DType, OpName, Shape } from "./ops.ts";

/** What inference knows of a tensor. */
export interface Typed {
  readonly shape: Shape;
  readonly dtype: DType;
}

type InputKind = DType | "any";

/** Kinds of the inputs in order; `variadic` operators take one or more of any one dtype. */
export type Signature = readonly InputKind[] | "variadic";

const unary: Signature = ["float32"];
const binary: Signature = ["float32", "float32"];

export const signatures: { readonly [Op in OpName]: Signature } = {
  input: [],
  constant: [],
  neg: unary,
  abs: unary,
  sign: unary,
  sqrt: unary,
  exp: unary,
  log: unary,
  reciprocal: unary,
  relu: unary,
  sigmoid: unary,
  tanh: unary,
  erf: unary,
  clip: unary,
  cast: ["any"],
  not: ["bool"],
  stopGradient: ["any"],
  add: binary,
  sub: binary,
  mul: binary,
  div: binary,
  pow: binary,
  max: binary,
  min: binary,
  greater: binary,
  less: binary,
  equal: binary,
  and: ["bool", "bool"],
  where: ["bool", "float32", "float32"],
  reduceSum: unary,
  reduceMax: unary,
  softmax: unary,
  reshape: ["any"],
  transpose: ["any"],
  expand: ["any"],
  concat: "variadic",
  slice: ["any"],
  unslice: unary,
  gather: ["any"],
  scatterAdd: unary,
  matmul: binary,
  conv: binary,
  convDataGrad: binary,
  convWeightGrad: binary,
  maxPoolIndex: unary,
  poolGather: binary,
  poolScatter: binary,
  sumPool: unary,
  sumPoolGrad: unary,
};
