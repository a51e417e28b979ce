/** Operators that move entries. */
import {
  concat,
  expand,
  flatten,
  gather,
  pad,
  reshape,
  type SliceRange,
  slice,
  split,
  squeeze,
  transpose,
  unsqueeze,
} from "../../../ir/builders/index.ts";
import { broadcastShapes, normalizeAxis } from "../../../ir/shapes.ts";
import type { Value } from "../../../ir/value.ts";
import { targetShape, withBatch } from "../fixedBatch.ts";
import { type ImportNode, LONGEST_AXIS, type Translation } from "../node.ts";

/** Axes as an attribute in older opsets, as an input in newer ones. */
const axesOf = (node: ImportNode): readonly number[] | undefined =>
  node.optionalKnown(1) ?? node.numbers("axes");

function reshaped(node: ImportNode): Value {
  const x = node.value(0);
  const given = node.known(1);
  const shape =
    node.number("allowzero", 0) === 1
      ? given
      : given.map((extent, axis) => (extent === 0 ? x.shape[axis]! : extent));
  return reshape(x, targetShape(node, shape));
}

function expanded(node: ImportNode): Value {
  const x = node.value(0);
  const given = node.known(1);
  // What is given to every image of a batch of one is given to every image of any batch.
  const all = node.isBatched(0) || node.model.batch.fixed === 1;
  const shape = all ? withBatch(node, given) : given;
  return expand(x, broadcastShapes(x.shape, shape) ?? shape);
}

/** A tensor of the file that stands for one image is repeated for every image. */
function concatenated(node: ImportNode): Value {
  const values = node.values();
  const axis = normalizeAxis(node.number("axis", 1), values[0]!.shape.length);
  const isBatched = values.map((_, index) => node.isBatched(index));
  if (axis === 0 && isBatched.includes(true)) node.fail("it joins images of the batch");
  const { fixed, actual } = node.model.batch;
  if (fixed !== 1 || !isBatched.includes(true)) return concat(values, axis);
  return concat(
    values.map((value, index) =>
      isBatched[index] || value.shape[0] !== 1
        ? value
        : expand(value, [actual, ...value.shape.slice(1)]),
    ),
    axis,
  );
}

function sliced(node: ImportNode): Value {
  const list = (index: number, name: string) =>
    node.opset < 10 ? node.numbers(name) : node.optionalKnown(index);
  const starts = list(1, "starts") ?? node.fail("it has no starts");
  const ends = list(2, "ends") ?? node.fail("it has no ends");
  const axes = list(3, "axes") ?? starts.map((_, axis) => axis);
  const steps = node.opset < 10 ? undefined : node.optionalKnown(4);
  const x = node.value(0);
  const ranges = axes.map((axis, i) => ({
    axis: normalizeAxis(axis, x.shape.length),
    start: starts[i]!,
    end: ends[i]!,
    step: steps?.[i] ?? 1,
  }));
  return slice(
    x,
    ranges.filter((range) => range.axis > 0 || !node.isBatched(0) || !isWhole(node, range)),
  );
}

/** Whether a range along the batch takes all of it, as the file has it; a part of the batch is an error. */
function isWhole(node: ImportNode, { start, end, step }: Required<SliceRange>): true {
  const { fixed = Number.POSITIVE_INFINITY, actual } = node.model.batch;
  if (start === 0 && step === 1 && end >= Math.min(fixed, actual)) return true;
  return node.fail(`it takes a part of the batch, ${start} to ${end}`);
}

function parts(node: ImportNode): Value[] {
  const x = node.value(0);
  const axis = normalizeAxis(node.number("axis", 0), x.shape.length);
  if (axis === 0 && node.isBatched(0)) node.fail("it splits the batch");
  const extent = x.shape[axis]!;
  const each = Math.ceil(extent / node.outputCount);
  const equal = Array.from({ length: node.outputCount }, (_, i) =>
    Math.min(each, extent - i * each),
  );
  return split(x, node.optionalKnown(1) ?? node.numbers("split") ?? equal, axis);
}

/** How often each axis is repeated: a broadcast over an axis of its own before every axis. */
function tiled(node: ImportNode): Value {
  const x = node.value(0);
  const repeats = node.known(1);
  if (node.isBatched(0) && repeats[0] !== 1) node.fail("it repeats the batch");
  const apart = reshape(
    x,
    x.shape.flatMap((extent) => [1, extent]),
  );
  const shape = x.shape.flatMap((extent, axis) => [repeats[axis]!, extent]);
  return reshape(
    expand(apart, shape),
    x.shape.map((extent, axis) => repeats[axis]! * extent),
  );
}

/** Constant padding of the axes, or entries of the image itself for reflect and edge. */
function padded(node: ImportNode): Value {
  const x = node.value(0);
  const rank = x.shape.length;
  const given = (node.opset < 11 ? node.numbers("pads") : node.known(1)) ?? [];
  const axes =
    node.optionalKnown(3)?.map((axis) => normalizeAxis(axis, rank)) ??
    x.shape.map((_, axis) => axis);
  const along = (side: 0 | 1) =>
    x.shape.map((_, axis) =>
      axes.includes(axis) ? (given[axes.indexOf(axis) + side * axes.length] ?? 0) : 0,
    );
  const [before, after] = [along(0), along(1)];
  const mode = node.text("mode", "constant");
  if (mode === "constant") {
    const value = node.opset < 11 ? node.number("value", 0) : (node.optionalKnown(2)?.[0] ?? 0);
    return pad(x, before, after, value);
  }
  if (mode !== "reflect" && mode !== "edge") {
    node.fail(`its mode is "${mode}"; constant, reflect and edge are known`);
  }
  return x.shape.reduce((padded, extent, axis) => {
    const length = node.bounded(
      before[axis]! + extent + after[axis]!,
      "an axis of absurd length",
      LONGEST_AXIS,
    );
    if (length === extent && before[axis] === 0) return padded;
    const indices = Array.from({ length }, (_, i) => {
      const at = i - before[axis]!;
      if (mode === "edge") return Math.min(Math.max(at, 0), extent - 1);
      const turned = Math.abs(at);
      return turned < extent ? turned : 2 * (extent - 1) - turned;
    });
    return gather(padded, indices, [length], axis);
  }, x);
}

function gathered(node: ImportNode): Value {
  const axis = normalizeAxis(node.number("axis", 0), node.shape(0).length);
  if (axis === 0 && node.isBatched(0)) node.fail("it picks images of the batch");
  return gather(node.value(0), node.known(1), node.shape(1), node.number("axis", 0));
}

/** Blocks of channels become squares of pixels. */
function depthToSpace(node: ImportNode): Value {
  const x = node.value(0);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const block = node.number("blocksize", 1);
  const depth = c / block ** 2;
  const rowFirst = node.text("mode", "DCR") === "DCR";
  const apart = rowFirst
    ? transpose(reshape(x, [n, block, block, depth, h, w]), [0, 3, 4, 1, 5, 2])
    : transpose(reshape(x, [n, depth, block, block, h, w]), [0, 1, 4, 2, 5, 3]);
  return reshape(apart, [n, depth, h * block, w * block]);
}

function spaceToDepth(node: ImportNode): Value {
  const x = node.value(0);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const block = node.number("blocksize", 1);
  const apart = reshape(x, [n, c, h / block, block, w / block, block]);
  return reshape(transpose(apart, [0, 3, 5, 1, 2, 4]), [n, c * block ** 2, h / block, w / block]);
}

export const movement: Readonly<Record<string, Translation>> = {
  Concat: concatenated,
  DepthToSpace: depthToSpace,
  Expand: expanded,
  Flatten: (node) => flatten(node.value(0), node.number("axis", 1)),
  Gather: gathered,
  Pad: padded,
  Reshape: reshaped,
  Slice: sliced,
  SpaceToDepth: spaceToDepth,
  Split: parts,
  Squeeze: (node) => squeeze(node.value(0), axesOf(node)),
  Tile: tiled,
  Transpose: (node) => transpose(node.value(0), node.numbers("perm")),
  Unsqueeze: (node) => unsqueeze(node.value(0), axesOf(node) ?? node.fail("it has no axes")),
};
