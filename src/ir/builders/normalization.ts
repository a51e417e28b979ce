/** Normalisations over [N,C,H,W] or trailing axes. */
import type { Value } from "../value.ts";
import { add, constant, mul, pow, reciprocal, sqrt, sub } from "./elementwise.ts";
import { reshape } from "./movement.ts";
import { conv } from "./products.ts";
import { moments } from "./reduce.ts";

export interface LocalResponseOptions {
  readonly size: number;
  readonly alpha?: number;
  readonly beta?: number;
  readonly bias?: number;
  /**
   * Which channels the window of channel c covers for an even size: ONNX's c - (size-1)/2 rounded down, or
   * PyTorch's c - size/2. For odd sizes they agree.
   */
  readonly convention: "onnx" | "pytorch";
}

/**
 * x / (bias + alpha / size * sum of x^2 over neighbouring channels)^beta (Krizhevsky et al. 2012, 3.3).
 * The sum over channels is a 1x1 convolution with a constant banded matrix.
 */
export function localResponseNormalization(x: Value, options: LocalResponseOptions): Value {
  const { size, alpha = 1e-4, beta = 0.75, bias = 1, convention } = options;
  const channels = x.shape[1]!;
  const before = convention === "onnx" ? Math.floor((size - 1) / 2) : Math.floor(size / 2);
  const band = Array.from({ length: channels * channels }, (_, i) => {
    const offset = (i % channels) - Math.floor(i / channels);
    return offset >= -before && offset < size - before ? 1 : 0;
  });
  const window = {
    kernel: [1, 1],
    strides: [1, 1],
    pads: [0, 0, 0, 0],
    dilations: [1, 1],
    group: 1,
  } as const;
  const sum = conv(mul(x, x), constant(band, [channels, channels, 1, 1]), window);
  return mul(x, pow(add(mul(sum, alpha / size), bias), -beta));
}

/** (x - mean) / sqrt(variance + epsilon) * scale + shift, all given per channel [C] of x [N,C,...]. */
export function batchNormalization(
  x: Value,
  scale: Value,
  shift: Value,
  mean: Value,
  variance: Value,
  epsilon = 1e-5,
): Value {
  const perChannel = (v: Value) => reshape(v, [1, -1, ...x.shape.slice(2).map(() => 1)]);
  const factor = mul(scale, reciprocal(sqrt(add(variance, epsilon))));
  return add(mul(sub(x, perChannel(mean)), perChannel(factor)), perChannel(shift));
}

/** Batch normalisation with the statistics of the batch itself (biased variance), as in training. */
export function batchStatisticsNormalization(
  x: Value,
  scale: Value,
  shift: Value,
  epsilon = 1e-5,
): Value {
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  const { mean, variance } = moments(x, axes);
  return batchNormalization(x, scale, shift, reshape(mean, [-1]), reshape(variance, [-1]), epsilon);
}

/** Normalises over the axes from `axis` on; scale and shift have their shape (or broadcast to it). */
export function layerNormalization(
  x: Value,
  scale: Value,
  shift?: Value,
  axis = -1,
  epsilon = 1e-5,
): Value {
  const first = axis < 0 ? axis + x.shape.length : axis;
  const normalized = standardize(x, x.shape.map((_, i) => i).slice(first), epsilon);
  const scaled = mul(normalized, scale);
  return shift ? add(scaled, shift) : scaled;
}

/** Normalises each image and channel over its spatial axes; scale and shift are per channel [C]. */
export function instanceNormalization(x: Value, scale: Value, shift: Value, epsilon = 1e-5): Value {
  const perChannel = (v: Value) => reshape(v, [1, -1, ...x.shape.slice(2).map(() => 1)]);
  const normalized = standardize(x, x.shape.map((_, i) => i).slice(2), epsilon);
  return add(mul(normalized, perChannel(scale)), perChannel(shift));
}

function standardize(x: Value, axes: readonly number[], epsilon: number): Value {
  const { mean, variance } = moments(x, axes);
  return mul(sub(x, mean), reciprocal(sqrt(add(variance, epsilon))));
}
