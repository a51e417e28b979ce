/** Pooling over the last two axes of [N,C,H,W]. */
import type { OnInput, Window } from "../ops.ts";
import { windowOutput } from "../shapes.ts";
import { makeValue, type Value } from "../value.ts";
import { constant, mul } from "./elementwise.ts";
import { resolveWindow, type WindowOptions } from "./window.ts";

/** Strides default to 1 as in ONNX, not to the kernel as in PyTorch. */
export function maxPool2d(
  x: Value,
  kernel: readonly [number, number],
  options: WindowOptions = {},
): Value {
  const window = resolveWindow("maxPool2d", x, kernel, options);
  return poolGather(x, maxPoolIndex(x, window), window);
}

export interface AveragePoolOptions extends WindowOptions {
  /** Count explicit padding in the divisor (ONNX's count_include_pad); off by default. */
  readonly countIncludePad?: boolean;
}

/** Mean over each window; the overhang of ceil mode is never counted. */
export function averagePool2d(
  x: Value,
  kernel: readonly [number, number],
  options: AveragePoolOptions = {},
): Value {
  const window = resolveWindow("averagePool2d", x, kernel, options);
  const counted = options.countIncludePad
    ? resolveWindow("averagePool2d", x, kernel, { ...options, ceilMode: false }).pads
    : ([0, 0, 0, 0] as const);
  const [oh, ow] = windowOutput([x.shape[2]!, x.shape[3]!], window);
  const rows = windowCounts(x.shape[2]!, oh, window, 0, counted);
  const columns = windowCounts(x.shape[3]!, ow, window, 1, counted);
  const weights = rows.flatMap((row) => columns.map((column) => 1 / Math.max(1, row * column)));
  return mul(sumPool(x, window), constant(weights, [1, 1, oh, ow]));
}

/** How many counted entries (input and counted padding) each window position covers along one axis. */
function windowCounts(
  extent: number,
  positions: number,
  window: Window,
  axis: 0 | 1,
  counted: Window["pads"],
): number[] {
  const first = -counted[axis];
  const end = extent + counted[axis + 2]!;
  return Array.from({ length: positions }, (_, position) => {
    const start = position * window.strides[axis] - window.pads[axis];
    let count = 0;
    for (let tap = 0; tap < window.kernel[axis]; tap++) {
      const at = start + tap * window.dilations[axis];
      if (at >= first && at < end) count++;
    }
    return count;
  });
}

/** Position of each window's first maximum: ky * kw + kx. Its derivative is zero by declaration. */
export const maxPoolIndex = (x: Value, window: Window): Value =>
  makeValue("maxPoolIndex", [x], pick(window));

/** x [N,C,H,W], index [N,C,oh,ow] -> the entries that the index names. */
export const poolGather = (x: Value, index: Value, window: Window): Value =>
  makeValue("poolGather", [x, index], pick(window));

/** Transpose of `poolGather` in its first input. */
export const poolScatter = (dy: Value, index: Value, window: OnInput<Window>): Value =>
  makeValue("poolScatter", [dy, index], { ...pick(window), inputSize: window.inputSize });

export const sumPool = (x: Value, window: Window): Value => makeValue("sumPool", [x], pick(window));

/** Transpose of `sumPool`. */
export const sumPoolGrad = (dy: Value, window: OnInput<Window>): Value =>
  makeValue("sumPoolGrad", [dy], { ...pick(window), inputSize: window.inputSize });

const pick = ({ kernel, strides, pads, dilations }: Window): Window => ({
  kernel,
  strides,
  pads,
  dilations,
});
