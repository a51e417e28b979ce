/** Walking arrays by strides, counted in elements; a stride of 0 repeats and a negative one reverses. */
import type { Shape } from "../ops.ts";
import { sizeOf } from "../value.ts";

/** A view into row-major numbers: axis k advances by strides[k]. */
export interface View {
  readonly data: Float64Array;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Strides of a row-major array. */
export function rowMajor(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** Strides under which an array of `shape` reads as one of the larger shape `to`. */
export function broadcastStrides(shape: Shape, to: Shape): number[] {
  const own = rowMajor(shape);
  const missing = to.length - shape.length;
  return to.map((_, axis) =>
    axis < missing || shape[axis - missing] === 1 ? 0 : own[axis - missing],
  );
}

/** Calls `row` with the offset of every row (the last axis) of two arrays walked together. */
export function forEachRow(
  sizes: Shape,
  a: Pick<View, "offset" | "strides">,
  b: Pick<View, "offset" | "strides">,
  row: (offsetA: number, offsetB: number) => void,
): void {
  const walk = (axis: number, offsetA: number, offsetB: number): void => {
    if (axis >= sizes.length - 1) {
      row(offsetA, offsetB);
      return;
    }
    for (let i = 0; i < sizes[axis]; i++) {
      walk(axis + 1, offsetA + i * a.strides[axis], offsetB + i * b.strides[axis]);
    }
  };
  if (sizeOf(sizes) > 0) walk(0, a.offset, b.offset);
}

/** Copies `sizes` entries from one view to the other. */
export function copy(sizes: Shape, from: View, to: View): void {
  const length = sizes.at(-1) ?? 1;
  const fromStep = from.strides.at(-1) ?? 1;
  const toStep = to.strides.at(-1) ?? 1;
  forEachRow(sizes, from, to, (source, target) => {
    for (let i = 0; i < length; i++) {
      to.data[target + i * toStep] = from.data[source + i * fromStep];
    }
  });
}

/** `data` of `shape` repeated to the shape `to`, itself where nothing repeats. */
export function expandTo(data: Float64Array, shape: Shape, to: Shape): Float64Array {
  if (data.length === sizeOf(to)) return data;
  const result = new Float64Array(sizeOf(to));
  copy(
    to,
    { data, offset: 0, strides: broadcastStrides(shape, to) },
    { data: result, offset: 0, strides: rowMajor(to) },
  );
  return result;
}
