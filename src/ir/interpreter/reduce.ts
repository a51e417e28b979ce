/** Reductions, and softmax along an axis. */
import type { OpName, Reduction, Shape } from "../ops.ts";
import { normalizeAxis } from "../shapes.ts";
import { sizeOf } from "../value.ts";
import type { Kernels } from "./kernel.ts";
import { broadcastStrides, forEachRow, rowMajor } from "./strided.ts";

function reduce(
  x: Float64Array,
  shape: Shape,
  { axes }: Reduction,
  initial: number,
  combine: (total: number, x: number) => number,
): Float64Array {
  const reduced = axes.map((axis) => normalizeAxis(axis, shape.length));
  const kept = shape.map((extent, axis) => (reduced.includes(axis) ? 1 : extent));
  const result = new Float64Array(sizeOf(kept)).fill(initial);
  const source = { offset: 0, strides: rowMajor(shape) };
  const target = { offset: 0, strides: broadcastStrides(kept, shape) };
  const length = shape.at(-1) ?? 1;
  const step = target.strides.at(-1) ?? 0;
  forEachRow(shape, source, target, (from, to) => {
    for (let i = 0; i < length; i++) {
      result[to + i * step] = combine(result[to + i * step], x[from + i]);
    }
  });
  return result;
}

export const reductions = {
  reduceSum: ([x], { inputs, attrs }) => reduce(x, inputs[0].shape, attrs, 0, (sum, v) => sum + v),
  reduceMax: ([x], { inputs, attrs }) => reduce(x, inputs[0].shape, attrs, -Infinity, Math.max),
  softmax: ([x], { shape, attrs }) => {
    const axis = normalizeAxis(attrs.axis, shape.length);
    const extent = shape[axis];
    const step = sizeOf(shape.slice(axis + 1));
    const y = new Float64Array(x.length);
    for (let line = 0; line < x.length / extent; line++) {
      const first = Math.floor(line / step) * extent * step + (line % step);
      const end = first + extent * step;
      let max = -Infinity;
      for (let i = first; i < end; i += step) max = Math.max(max, x[i]);
      let sum = 0;
      for (let i = first; i < end; i += step) sum += y[i] = Math.exp(x[i] - max);
      for (let i = first; i < end; i += step) y[i] /= sum;
    }
    return y;
  },
} satisfies Partial<Kernels<OpName>>;
