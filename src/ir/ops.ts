/**
 * The operators of the IR and their attributes. Every operator has one output.
 *
 * Most are ONNX operators under another spelling. The rest come in small families that are closed under
 * differentiation where ONNX's own operators are not: convolution (`conv`, `convDataGrad`,
 * `convWeightGrad`), max-pooling over a constant arg-index (`poolGather`, `poolScatter`), sum-pooling
 * (`sumPool`, `sumPoolGrad`), slicing (`slice`, `unslice`) and gathering (`gather`, `scatterAdd`).
 */
export type DType = "float32" | "bool";

export type Shape = readonly number[];

/** A sliding window over the last two axes of [N,C,H,W]; pads are [top, left, bottom, right]. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly dilations: readonly [number, number];
}

/** Window of a grouped convolution. */
export interface ConvWindow extends Window {
  readonly group: number;
}

/** A window together with the spatial size [H, W] that it slides over, which its output does not tell. */
export type OnInput<W extends Window> = W & { readonly inputSize: readonly [number, number] };

/** Axes to reduce, ascending and non-negative. */
export interface Reduction {
  readonly axes: readonly number[];
  readonly keepdims: boolean;
}

/** The index of `gather` and `scatterAdd` that stands for no entry. */
export const ABSENT = -1;

type None = Readonly<Record<never, never>>;

/** Attributes of every operator. The tables of shapes, rules and lowerings are total over its keys. */
export interface OpAttrs {
  // sources
  input: { readonly name: string; readonly shape: Shape; readonly dtype: DType };
  constant: { readonly data: readonly number[]; readonly shape: Shape; readonly dtype: DType };

  // elementwise, one input
  neg: None;
  abs: None;
  sign: None;
  sqrt: None;
  exp: None;
  log: None;
  reciprocal: None;
  relu: None;
  sigmoid: None;
  tanh: None;
  erf: None;
  clip: { readonly min: number; readonly max: number };
  cast: { readonly to: DType };
  not: None;
  /** The identity, with a zero derivative by declaration. */
  stopGradient: None;

  // elementwise, broadcasting
  add: None;
  sub: None;
  mul: None;
  div: None;
  pow: None;
  /** At a tie each operand takes half of the cotangent, or the first takes it all. */
  max: { readonly ties: "split" | "first" };
  min: None;
  greater: None;
  less: None;
  equal: None;
  and: None;
  where: None;

  // reductions
  reduceSum: Reduction;
  reduceMax: Reduction;
  softmax: { readonly axis: number };

  // movement
  reshape: { readonly shape: Shape };
  transpose: { readonly perm: readonly number[] };
  expand: { readonly shape: Shape };
  concat: { readonly axis: number };
  /** y[i] = x[starts + i * steps] for i < sizes, per axis; steps may be negative. */
  slice: {
    readonly starts: readonly number[];
    readonly steps: readonly number[];
    readonly sizes: readonly number[];
  };
  /** Transpose of `slice`: zeros of `shape` with x written at starts + i * steps. Padding is a special case. */
  unslice: {
    readonly starts: readonly number[];
    readonly steps: readonly number[];
    readonly shape: Shape;
  };
  /** Picks constant indices along one axis; zeros where the index is ABSENT. */
  gather: { readonly axis: number; readonly indices: readonly number[] };
  /** Transpose of `gather`: adds x's entries along `axis` into zeros of that extent, but for ABSENT indices. */
  scatterAdd: { readonly axis: number; readonly indices: readonly number[]; readonly size: number };

  // products
  /** [..., m, k] x [..., k, n] -> [..., m, n], batch axes broadcast. */
  matmul: None;
  /** x [N,C,H,W], w [M,C/group,kh,kw] -> y [N,M,oh,ow] (cross-correlation, as in ONNX and PyTorch). */
  conv: ConvWindow;
  /** dy [N,M,oh,ow], w [M,C/group,kh,kw] -> dx [N,C,H,W]. */
  convDataGrad: OnInput<ConvWindow>;
  /** x [N,C,H,W], dy [N,M,oh,ow] -> dw [M,C/group,kh,kw]. */
  convWeightGrad: ConvWindow;

  // pooling
  /** x [N,C,H,W] -> index of each window's first maximum, counted row by row within the kernel. */
  maxPoolIndex: Window;
  /** x [N,C,H,W], index [N,C,oh,ow] -> the window entries named by the index. */
  poolGather: Window;
  /** dy [N,C,oh,ow], index [N,C,oh,ow] -> [N,C,H,W], each entry added where the index says. */
  poolScatter: OnInput<Window>;
  /** Sum over each window; padding counts as zero. */
  sumPool: Window;
  /** Transpose of `sumPool`. */
  sumPoolGrad: OnInput<Window>;
}

export type OpName = keyof OpAttrs;
