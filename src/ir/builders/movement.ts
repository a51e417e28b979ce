/**
 * Operators that move entries without changing them. Moves that change nothing return their input; none looks
 * behind its input, which may be an independent variable of a derivative.
 */
import { ABSENT, type Shape } from "../ops.ts";
import { normalizeAxis, ShapeError, sameShape } from "../shapes.ts";
import { makeValue, sizeOf, type Value } from "../value.ts";
import { full, greater, where } from "./elementwise.ts";

/** The same entries in row-major order under another shape; one extent may be -1. */
export function reshape(x: Value, shape: Shape): Value {
  const known = shape.reduce((product, extent) => (extent === -1 ? product : product * extent), 1);
  const full = shape.map((extent) => (extent === -1 ? sizeOf(x.shape) / known : extent));
  if (sameShape(full, x.shape)) return x;
  return makeValue("reshape", [x], { shape: full });
}

/** [d0..., dk...] -> [d0 * ..., dk * ...], split before `axis`. */
export function flatten(x: Value, axis = 1): Value {
  const split = axis < 0 ? axis + x.shape.length : axis;
  return reshape(x, [sizeOf(x.shape.slice(0, split)), sizeOf(x.shape.slice(split))]);
}

/** Axis i of the result is axis perm[i] of x; by default the axes are reversed. */
export function transpose(
  x: Value,
  perm: readonly number[] = x.shape.map((_, i) => i).reverse(),
): Value {
  return perm.every((axis, i) => axis === i) && perm.length === x.shape.length
    ? x
    : makeValue("transpose", [x], { perm });
}

/** Swaps the last two axes. */
export function transposeMatrix(x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

export function squeeze(x: Value, axes?: readonly number[]): Value {
  const drop = axes?.map((axis) => normalizeAxis(axis, x.shape.length));
  const bad = drop?.find((axis) => x.shape[axis] !== 1);
  if (bad !== undefined)
    throw new ShapeError(`squeeze: axis ${bad} has extent ${x.shape[bad]}, not 1`);
  return reshape(
    x,
    x.shape.filter((extent, axis) => (drop ? !drop.includes(axis) : extent !== 1)),
  );
}

/** Inserts axes of extent 1; `axes` are positions in the result. */
export function unsqueeze(x: Value, axes: readonly number[]): Value {
  const rank = x.shape.length + axes.length;
  const inserted = axes.map((axis) => normalizeAxis(axis, rank));
  const rest = x.shape[Symbol.iterator]();
  return reshape(
    x,
    Array.from({ length: rank }, (_, axis) => (inserted.includes(axis) ? 1 : rest.next().value!)),
  );
}

/** Repeats axes of extent 1 until x has this shape. */
export const expand = (x: Value, shape: Shape): Value =>
  sameShape(x.shape, shape) ? x : makeValue("expand", [x], { shape });

export function concat(inputs: readonly Value[], axis: number): Value {
  if (inputs.length === 1) return inputs[0]!;
  return makeValue("concat", inputs, { axis: normalizeAxis(axis, inputs[0]!.shape.length) });
}

/** Stacks values of one shape along a new axis. */
export const stack = (inputs: readonly Value[], axis = 0): Value =>
  concat(
    inputs.map((x) => unsqueeze(x, [axis])),
    axis,
  );

/** Slice of some axes, written as in NumPy and ONNX: negative positions count from the end. */
export interface SliceRange {
  readonly axis: number;
  readonly start?: number;
  readonly end?: number;
  readonly step?: number;
}

/** x[..., start:end:step, ...] for the given axes, clamped as in ONNX. */
export function slice(x: Value, ranges: readonly SliceRange[]): Value {
  const starts = x.shape.map(() => 0);
  const steps = x.shape.map(() => 1);
  const sizes = [...x.shape];
  for (const { axis: given, start, end, step = 1 } of ranges) {
    const axis = normalizeAxis(given, x.shape.length);
    const extent = x.shape[axis]!;
    const [low, high] = step > 0 ? [0, extent] : [-1, extent - 1];
    const clamp = (position: number) =>
      Math.min(Math.max(position < 0 ? position + extent : position, low), high);
    const from = start === undefined ? (step > 0 ? 0 : extent - 1) : clamp(start);
    const to = end === undefined ? (step > 0 ? extent : -1) : clamp(end);
    starts[axis] = from;
    steps[axis] = step;
    sizes[axis] = Math.max(0, Math.ceil((to - from) / step));
  }
  if (sameShape(sizes, x.shape) && steps.every((step) => step === 1)) return x;
  return makeValue("slice", [x], { starts, steps, sizes });
}

/** Consecutive parts of the given sizes along one axis. */
export function split(x: Value, sizes: readonly number[], axis = 0): Value[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total !== x.shape[normalizeAxis(axis, x.shape.length)]) {
    throw new ShapeError(
      `split: parts of ${sizes.join("+")} do not add up to axis ${axis} of [${x.shape}]`,
    );
  }
  let end = 0;
  return sizes.map((size) => {
    end += size;
    return slice(x, [{ axis, start: end - size, end }]);
  });
}

/** Row `index` along `axis`, without that axis. */
export const take = (x: Value, index: number, axis = 0): Value =>
  squeeze(slice(x, [{ axis, start: index, end: index + 1 }]), [axis]);

/** Surrounds x with `value`: before[i] entries in front of axis i, after[i] behind; negative ones crop. */
export function pad(
  x: Value,
  before: readonly number[],
  after: readonly number[],
  value = 0,
): Value {
  const cropped = slice(
    x,
    x.shape.map((extent, axis) => ({
      axis,
      start: Math.max(0, -before[axis]!),
      end: extent + Math.min(0, after[axis]!),
    })),
  );
  const starts = before.map((count) => Math.max(0, count));
  const shape = cropped.shape.map(
    (extent, axis) => starts[axis]! + extent + Math.max(0, after[axis]!),
  );
  if (sameShape(shape, cropped.shape)) return cropped;
  const steps = shape.map(() => 1);
  const placed = makeValue("unslice", [cropped], { starts, steps, shape });
  if (value === 0) return placed;
  // Selected, not added: the value may be infinite.
  const inside = makeValue("unslice", [full(cropped.shape, 1)], { starts, steps, shape });
  return where(greater(inside, 0), placed, value);
}

/** Entries of x at constant indices along one axis; indices may have any shape and be negative. */
export function gather(
  x: Value,
  indices: readonly number[],
  indicesShape: Shape,
  axis: number,
): Value {
  const at = normalizeAxis(axis, x.shape.length);
  const extent = x.shape[at]!;
  const outside = indices.find((index) => index < -extent);
  if (outside !== undefined)
    throw new ShapeError(`gather: index ${outside} is outside -${extent} to ${extent - 1}`);
  const positive = indices.map((index) => (index < 0 ? index + extent : index));
  const picked = makeValue("gather", [x], { axis: at, indices: positive });
  return reshape(picked, [...x.shape.slice(0, at), ...indicesShape, ...x.shape.slice(at + 1)]);
}

/** The same, with zeros where there is no index. */
export function gatherOrZero(
  x: Value,
  indices: readonly (number | undefined)[],
  indicesShape: Shape,
  axis: number,
): Value {
  const at = normalizeAxis(axis, x.shape.length);
  const picked = makeValue("gather", [x], {
    axis: at,
    indices: indices.map((index) => index ?? ABSENT),
  });
  return reshape(picked, [...x.shape.slice(0, at), ...indicesShape, ...x.shape.slice(at + 1)]);
}
