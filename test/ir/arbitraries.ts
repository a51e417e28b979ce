/** Shapes, windows and indices of all kinds that the operators accept. */
import fc from "fast-check";
import {
  ABSENT,
  type ConvWindow,
  type OnInput,
  type Shape,
  type Window,
} from "../../src/ir/ops.ts";
import { windowOutput } from "../../src/ir/shapes.ts";

const extent = fc.integer({ min: 1, max: 4 });

export const anyShape = (minRank = 0, maxRank = 4): fc.Arbitrary<number[]> =>
  fc.array(extent, { minLength: minRank, maxLength: maxRank });

/** A shape of rank 1 to 4 and one of its axes. */
export const shapeAndAxis = anyShape(1, 4).chain((shape) =>
  fc.record({ shape: fc.constant(shape), axis: fc.nat(shape.length - 1) }),
);

/** What broadcasts to a shape: some axes of extent 1, some leading ones dropped. */
const broadcastTo = (shape: Shape): fc.Arbitrary<number[]> =>
  fc
    .tuple(
      fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
      fc.nat(shape.length),
    )
    .map(([ones, dropped]) => shape.map((size, axis) => (ones[axis] ? 1 : size)).slice(dropped));

/** Three shapes that broadcast together. */
export const broadcastableShapes = anyShape(0, 3).chain((shape) =>
  fc.tuple(broadcastTo(shape), broadcastTo(shape), broadcastTo(shape)),
);

/** A shape and another to which it expands. */
export const expansion = anyShape(0, 4).chain((to) =>
  fc.record({ from: broadcastTo(to), to: fc.constant(to) }),
);

/** A shape and an order of its axes. */
export const permutation = anyShape(1, 4).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    perm: fc.shuffledSubarray(
      shape.map((_, axis) => axis),
      { minLength: shape.length },
    ),
  }),
);

/** A shape and what to reduce of it. */
export const reduction = anyShape(1, 4).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axes: fc.subarray(
      shape.map((_, axis) => axis),
      { minLength: 1 },
    ),
    keepdims: fc.boolean(),
  }),
);

/** Attributes of `slice` from `shape` to `sizes`, with steps of both signs. */
export const strided = fc
  .array(
    fc.record({
      first: fc.integer({ min: 0, max: 2 }),
      size: fc.integer({ min: 1, max: 3 }),
      step: fc.integer({ min: -3, max: 3 }).filter((step) => step !== 0),
      rest: fc.integer({ min: 0, max: 2 }),
    }),
    { maxLength: 3 },
  )
  .map((axes) => ({
    sizes: axes.map(({ size }) => size),
    steps: axes.map(({ step }) => step),
    shape: axes.map(
      ({ first, size, step, rest }) => first + (size - 1) * Math.abs(step) + 1 + rest,
    ),
    starts: axes.map(({ first, size, step }) => first + (step < 0 ? (size - 1) * -step : 0)),
  }));

/** A shape, one of its axes, and indices along it, some of them repeated. */
export const indexed = shapeAndAxis.chain(({ shape, axis }) =>
  fc.record({
    shape: fc.constant(shape),
    axis: fc.constant(axis),
    indices: fc.array(fc.nat(shape[axis] - 1), { minLength: 1, maxLength: 5 }),
  }),
);

/** The same, some of them absent. */
export const indexedOrAbsent = indexed.chain(({ shape, axis, indices }) =>
  fc.record({
    shape: fc.constant(shape),
    axis: fc.constant(axis),
    indices: fc
      .array(fc.boolean(), { minLength: indices.length, maxLength: indices.length })
      .map((absent) => indices.map((index, i) => (absent[i] ? ABSENT : index))),
  }),
);

/** Shapes of two factors whose batch axes broadcast. */
export const factors = broadcastableShapes.chain(([left, right]) =>
  fc
    .record({ m: extent, k: extent, n: extent })
    .map(({ m, k, n }) => ({ a: [...left.slice(-2), m, k], b: [...right.slice(-2), k, n] })),
);

const pair = (min: number, max: number) =>
  fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));

/** Shapes of x [N,C,H,W] and y [N,C,oh,ow] under a window with any strides, pads and dilations. */
export interface PoolCase {
  readonly window: OnInput<Window>;
  readonly x: Shape;
  readonly y: Shape;
}

const slidingWindow = fc
  .record({
    kernel: pair(1, 3),
    strides: pair(1, 3),
    dilations: pair(1, 2),
    pads: fc.tuple(pair(0, 2), pair(0, 2)).map(([a, b]) => [...a, ...b] as Window["pads"]),
    extra: pair(0, 4),
  })
  .map(({ extra, ...window }) => {
    const size = ([0, 1] as const).map((i) => {
      const reach = (window.kernel[i] - 1) * window.dilations[i] + 1;
      return Math.max(1, reach - window.pads[i] - window.pads[i + 2]) + extra[i];
    });
    return { ...window, inputSize: [size[0], size[1]] as const };
  });

export const poolCase: fc.Arbitrary<PoolCase> = fc
  .tuple(slidingWindow, pair(1, 2))
  .map(([window, planes]) => ({
    window,
    x: [...planes, ...window.inputSize],
    y: [...planes, ...windowOutput(window.inputSize, window)],
  }));

/** Shapes of x [N,C,H,W], w [M,C/group,kh,kw] and y [N,M,oh,ow]. */
export interface ConvCase {
  readonly window: OnInput<ConvWindow>;
  readonly x: Shape;
  readonly w: Shape;
  readonly y: Shape;
}

export const convCase: fc.Arbitrary<ConvCase> = fc
  .record({
    window: slidingWindow,
    n: fc.integer({ min: 1, max: 2 }),
    group: fc.integer({ min: 1, max: 3 }),
    perGroup: pair(1, 2),
  })
  .map(({ window, n, group, perGroup: [channels, filters] }) => ({
    window: { ...window, group },
    x: [n, group * channels, ...window.inputSize],
    w: [group * filters, channels, ...window.kernel],
    y: [n, group * filters, ...windowOutput(window.inputSize, window)],
  }));
