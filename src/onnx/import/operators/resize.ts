/** Resizing by nearest entries and by linear interpolation, axis by axis. */
import { add, constant, gather, mul } from "../../../ir/builders/index.ts";
import { normalizeAxis } from "../../../ir/shapes.ts";
import type { Value } from "../../../ir/value.ts";
import { type ImportNode, LONGEST_AXIS, type Translation } from "../node.ts";

/** Position in the input of entry i of the output, along one axis. */
type Position = (i: number, scale: number, from: number, to: number) => number;

/** In float32, as the runtime computes it: near a half, rounding decides which entry is the nearest. */
function halfPixel(i: number, scale: number): number {
  return Math.fround(Math.fround((i + 0.5) / Math.fround(scale)) - 0.5);
}

const positions: Readonly<Record<string, Position>> = {
  half_pixel: halfPixel,
  pytorch_half_pixel: (i, scale, _, to) => (to > 1 ? halfPixel(i, scale) : 0),
  align_corners: (i, _, from, to) => (to === 1 ? 0 : (i * (from - 1)) / (to - 1)),
  asymmetric: (i, scale) => i / scale,
};

const roundings: Readonly<Record<string, (position: number) => number>> = {
  round_prefer_floor: (position) => Math.ceil(position - 0.5),
  round_prefer_ceil: (position) => Math.floor(position + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

const within = (index: number, extent: number): number => Math.min(Math.max(index, 0), extent - 1);

interface Axis {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

function nearest(x: Value, { axis, from, to, scale }: Axis, at: Position, round: string): Value {
  const indices = Array.from({ length: to }, (_, i) =>
    within(roundings[round]!(at(i, scale, from, to)), from),
  );
  return gather(x, indices, [to], axis);
}

function linear(x: Value, { axis, from, to, scale }: Axis, at: Position): Value {
  const places = Array.from({ length: to }, (_, i) => within(at(i, scale, from, to), from));
  const low = places.map(Math.floor);
  const part = places.map((place, i) => place - low[i]!);
  const shape = x.shape.map((_, other) => (other === axis ? to : 1));
  const taken = (indices: readonly number[], weights: readonly number[]) =>
    mul(gather(x, indices, [to], axis), constant(weights, shape));
  return add(
    taken(
      low,
      part.map((weight) => 1 - weight),
    ),
    taken(
      low.map((index) => within(index + 1, from)),
      part,
    ),
  );
}

/** Extents and scales of all axes, out of whichever the file gives. */
function axesOf(
  node: ImportNode,
  x: Value,
  scales: readonly number[],
  sizes: readonly number[],
): Axis[] {
  const named =
    node.numbers("axes")?.map((axis) => normalizeAxis(axis, x.shape.length)) ??
    x.shape.map((_, axis) => axis);
  return x.shape.flatMap((from, axis) => {
    const at = named.indexOf(axis);
    if (at < 0) return [];
    // The runtime computes in float32.
    const scaled = () => Math.floor(Math.fround(from * (scales[at] ?? 1)));
    const to = node.bounded(
      sizes.length > 0 ? sizes[at]! : scaled(),
      "an axis of absurd length",
      LONGEST_AXIS,
    );
    if (axis === 0 && node.isBatched(0)) {
      const { fixed = from } = node.model.batch;
      if (to === from || (sizes.length > 0 && to === fixed)) return [];
      node.fail("it resizes the batch");
    }
    return to === from ? [] : [{ axis, from, to, scale: scales[at] ?? to / from }];
  });
}

function resized(
  node: ImportNode,
  axes: readonly Axis[],
  mode: string,
  coordinates: string,
  rounding: string,
): Value {
  const at = Object.hasOwn(positions, coordinates) ? positions[coordinates] : undefined;
  if (!at || !Object.hasOwn(roundings, rounding)) {
    node.fail(`coordinates "${coordinates}" with rounding "${rounding}" are not known`);
  }
  if (mode !== "nearest" && mode !== "linear") {
    node.fail(`its mode is "${mode}"; nearest and linear are known`);
  }
  return axes.reduce(
    (x, axis) => (mode === "nearest" ? nearest(x, axis, at, rounding) : linear(x, axis, at)),
    node.value(0),
  );
}

function resize(node: ImportNode): Value {
  if (node.number("antialias", 0) === 1) node.fail("antialias is not known");
  const policy = node.text("keep_aspect_ratio_policy", "stretch");
  if (policy !== "stretch") node.fail(`keep_aspect_ratio_policy "${policy}" is not known`);
  const x = node.value(0);
  const [scalesAt, sizesAt] = node.opset < 11 ? [1, 3] : [2, 3];
  const axes = axesOf(
    node,
    x,
    node.optionalKnown(scalesAt) ?? [],
    node.optionalKnown(sizesAt) ?? [],
  );
  const coordinates = node.opset < 11 ? "asymmetric" : "half_pixel";
  const rounding = node.opset < 11 ? "floor" : "round_prefer_floor";
  return resized(
    node,
    axes,
    node.text("mode", "nearest"),
    node.text("coordinate_transformation_mode", coordinates),
    node.text("nearest_mode", rounding),
  );
}

function upsample(node: ImportNode): Value {
  const scales = node.optionalKnown(1) ?? node.numbers("scales") ?? [];
  const axes = axesOf(node, node.value(0), scales, []);
  return resized(node, axes, node.text("mode", "nearest"), "asymmetric", "floor");
}

export const resizing: Readonly<Record<string, Translation>> = {
  Resize: resize,
  Upsample: upsample,
};
