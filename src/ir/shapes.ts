/** Shape arithmetic: broadcasting, axes and sliding windows. */
import type { Shape, Window } from "./ops.ts";

/** The inputs of an operator do not fit it. The text names the operator and all shapes. */
export class ShapeError extends Error {
  override name = "ShapeError";
}

/** Shape as text, for messages and printed graphs: `[2,3]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(",")}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** The common shape under ONNX's (NumPy's) multidirectional broadcasting, or undefined. */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const result: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) return undefined;
    result.push(left === 1 ? right : left);
  }
  return result;
}

/**
 * Axis counted from the front.
 * @throws {ShapeError} when it is outside [-rank, rank).
 */
export function normalizeAxis(axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ShapeError(
      `axis ${axis} is out of range for rank ${rank}: use ${-rank} to ${rank - 1}`,
    );
  }
  return axis < 0 ? axis + rank : axis;
}

/** Positions of a sliding window along one axis of `extent` entries (0 where it does not fit). */
export function windowCount(
  extent: number,
  kernel: number,
  stride: number,
  dilation: number,
  padBefore: number,
  padAfter: number,
): number {
  const reach = (kernel - 1) * dilation + 1;
  return Math.max(0, Math.floor((extent + padBefore + padAfter - reach) / stride) + 1);
}

/** Output size [oh, ow] of a window sliding over [H, W]. */
export function windowOutput(size: readonly [number, number], window: Window): [number, number] {
  const { kernel, strides, dilations, pads } = window;
  return [
    windowCount(size[0], kernel[0], strides[0], dilations[0], pads[0], pads[2]),
    windowCount(size[1], kernel[1], strides[1], dilations[1], pads[1], pads[3]),
  ];
}
