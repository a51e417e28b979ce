/** Matrix products and convolutions. */
import type { ConvWindow, OnInput } from "../ops.ts";
import { ShapeError } from "../shapes.ts";
import { makeValue, type Value } from "../value.ts";
import { add, mul } from "./elementwise.ts";
import { pad, reshape, transpose } from "./movement.ts";
import { resolveWindow, type WindowOptions } from "./window.ts";

/** [..., m, k] x [..., k, n] -> [..., m, n]. */
export const matmul = (a: Value, b: Value): Value => makeValue("matmul", [a, b], {});

export interface GemmOptions {
  readonly alpha?: number;
  readonly beta?: number;
  readonly transA?: boolean;
  readonly transB?: boolean;
}

/** alpha * A B + beta * C for matrices, as ONNX's Gemm. */
export function gemm(a: Value, b: Value, c?: Value, options: GemmOptions = {}): Value {
  const { alpha = 1, beta = 1, transA = false, transB = false } = options;
  const product = matmul(transA ? transpose(a) : a, transB ? transpose(b) : b);
  const scaled = alpha === 1 ? product : mul(product, alpha);
  if (!c) return scaled;
  return add(scaled, beta === 1 ? c : mul(c, beta));
}

/** x W^T + b as in PyTorch's Linear: x [n, in], weight [out, in], bias [out]. */
export const linear = (x: Value, weight: Value, bias?: Value): Value =>
  gemm(x, weight, bias, { transB: true });

export interface ConvOptions extends WindowOptions {
  readonly group?: number;
}

/** x [N,C,H,W], weight [M,C/group,kh,kw], bias [M] -> [N,M,oh,ow]. */
export function conv2d(x: Value, weight: Value, bias?: Value, options: ConvOptions = {}): Value {
  const { group = 1 } = options;
  const window = { ...resolveWindow("conv2d", x, weight.shape.slice(2), options), group };
  return addChannelBias(conv(x, weight, window), bias);
}

export interface ConvTransposeOptions extends ConvOptions {
  readonly outputPadding?: readonly [number, number];
  readonly outputShape?: readonly [number, number];
}

/**
 * x [N,C,H,W], weight [C,M/group,kh,kw], bias [M] -> [N,M,oh,ow]: the data gradient of a convolution.
 * With `outputShape` the padding is derived from it, the odd entry at the end (ONNX's SAME_UPPER).
 */
export function convTranspose2d(
  x: Value,
  weight: Value,
  bias?: Value,
  options: ConvTransposeOptions = {},
): Value {
  const {
    group = 1,
    outputPadding = [0, 0],
    outputShape,
    strides = [1, 1],
    dilations = [1, 1],
  } = options;
  if (x.shape.length !== 4 || weight.shape.length !== 4) {
    throw new ShapeError(
      `convTranspose2d: expected [N,C,H,W] and [C,M/group,kh,kw], got [${x.shape}] and [${weight.shape}]`,
    );
  }
  const kernel = [weight.shape[2]!, weight.shape[3]!] as const;
  const axes = [0, 1] as const;
  const reached = axes.map(
    (i) => strides[i] * (x.shape[2 + i]! - 1) + (kernel[i] - 1) * dilations[i] + 1,
  );
  const pads = [...(options.pads ?? [0, 0, 0, 0])];
  if (outputShape) {
    for (const i of axes) {
      const total = reached[i]! + outputPadding[i] - outputShape[i];
      pads[i] = Math.floor(total / 2);
      pads[i + 2] = total - pads[i];
    }
  }
  const window = {
    kernel,
    strides,
    pads: [0, 0, 0, 0],
    dilations,
    group,
    inputSize: [reached[0]!, reached[1]!],
  } as const;
  const whole = convDataGrad(x, weight, window);
  // Padding crops what the kernel reaches; output padding adds rows that it does not.
  const after = axes.map((i) => outputPadding[i] - pads[i + 2]!);
  return addChannelBias(pad(whole, [0, 0, -pads[0]!, -pads[1]!], [0, 0, ...after]), bias);
}

const addChannelBias = (y: Value, bias: Value | undefined): Value =>
  bias ? add(y, reshape(bias, [1, -1, 1, 1])) : y;

/** Convolution proper: x [N,C,H,W], w [M,C/group,kh,kw] -> [N,M,oh,ow]. */
export const conv = (x: Value, w: Value, window: ConvWindow): Value =>
  makeValue("conv", [x, w], pick(window));

/** Gradient of `conv` with respect to x: dy [N,M,oh,ow], w [M,C/group,kh,kw] -> [N,C,H,W]. */
export const convDataGrad = (dy: Value, w: Value, window: OnInput<ConvWindow>): Value =>
  makeValue("convDataGrad", [dy, w], { ...pick(window), inputSize: window.inputSize });

/** Gradient of `conv` with respect to w: x [N,C,H,W], dy [N,M,oh,ow] -> [M,C/group,kh,kw]. */
export const convWeightGrad = (x: Value, dy: Value, window: ConvWindow): Value =>
  makeValue("convWeightGrad", [x, dy], pick(window));

const pick = ({ kernel, strides, pads, dilations, group }: ConvWindow): ConvWindow => ({
  kernel,
  strides,
  pads,
  dilations,
  group,
});
