/** Sliding-window options as users write them (ONNX's auto_pad and ceil_mode), resolved to explicit pads. */
import type { Window } from "../ops.ts";
import { ShapeError, windowCount } from "../shapes.ts";
import type { Value } from "../value.ts";

export interface WindowOptions {
  readonly strides?: readonly [number, number];
  /** [top, left, bottom, right] */
  readonly pads?: readonly [number, number, number, number];
  readonly dilations?: readonly [number, number];
  readonly autoPad?: "NOTSET" | "SAME_UPPER" | "SAME_LOWER" | "VALID";
  /** Adds a last position whose window hangs over the end, if it starts inside the input or its left padding. */
  readonly ceilMode?: boolean;
}

/**
 * The window over x [N,C,H,W] with all padding explicit; ceil mode becomes padding at the end.
 * @throws {ShapeError} when x or the kernel is not two-dimensional.
 */
export function resolveWindow(
  op: string,
  x: Value,
  kernel: readonly number[],
  options: WindowOptions,
): Window {
  if (x.shape.length !== 4 || kernel.length !== 2) {
    throw new ShapeError(
      `${op}: expected [N,C,H,W] and two kernel extents, got [${x.shape}] and [${kernel}]`,
    );
  }
  const { strides = [1, 1], dilations = [1, 1], autoPad = "NOTSET", ceilMode = false } = options;
  const pads = [...(options.pads ?? [0, 0, 0, 0])] as [number, number, number, number];
  for (const i of [0, 1] as const) {
    const extent = x.shape[2 + i]!;
    const reach = (kernel[i]! - 1) * dilations[i] + 1;
    if (autoPad === "VALID") pads[i] = pads[i + 2] = 0;
    if (autoPad === "SAME_UPPER" || autoPad === "SAME_LOWER") {
      const total = Math.max(0, (Math.ceil(extent / strides[i]) - 1) * strides[i] + reach - extent);
      pads[i] = autoPad === "SAME_UPPER" ? Math.floor(total / 2) : Math.ceil(total / 2);
      pads[i + 2] = total - pads[i]!;
    }
    if (ceilMode) {
      const fit = windowCount(extent, kernel[i]!, strides[i], dilations[i], pads[i]!, pads[i + 2]!);
      const covered = (fit - 1) * strides[i] + reach;
      const startsInside = fit * strides[i] < extent + pads[i]!;
      if (covered < extent + pads[i]! + pads[i + 2]! && startsInside) {
        pads[i + 2] = fit * strides[i] + reach - extent - pads[i]!;
      }
    }
  }
  return { kernel: [kernel[0]!, kernel[1]!], strides, pads, dilations };
}
