/**
 * Pooling. A max-pool's arg-index is whatever the target can use: the portable one is a float tap number within the
 * window, found by comparing the window's strided slices (the first maximum wins); on CPU it is MaxPool's own
 * int64 index into the flattened input.
 */
import type { PoolOp } from "../../autodiff/rules/products.ts";
import type { OnInput, Shape, Window } from "../../ir/ops.ts";
import { sizeOf, type Value } from "../../ir/value.ts";
import type { Emitter } from "./emitter.ts";
import type { Context, LoweringTable } from "./lowering.ts";
import { emitPad, emitSlice } from "./movement.ts";

export const poolLowerings: LoweringTable<PoolOp> = {
  maxPoolIndex: (context, value, [x]) =>
    hasNativeIndex(context, value.attrs)
      ? emitMaxPool(context.emit, x!, value.attrs, 2)[1]!
      : firstMaximum(context.emit, x!, value.inputs[0]!.shape, value).index,

  poolGather: (context, value, [x, index]) => {
    const { emit } = context;
    const native = hasNativeIndex(context, value.attrs);
    const [xValue, indexValue] = value.inputs as [Value, Value];
    if (indexValue.op === "maxPoolIndex" && indexValue.inputs[0] === xValue) {
      if (context.uses(indexValue) === 1 && isNative(value.attrs))
        return emitMaxPool(emit, x!, value.attrs, 1)[0]!;
      if (native) return emitMaxPool(emit, x!, value.attrs, 2)[0]!;
      return firstMaximum(emit, x!, xValue.shape, value).maximum;
    }
    if (native)
      return emit.node("Gather", [emit.node("Reshape", [x!, emit.ints([-1])]), index!], {
        axis: 0,
      });
    const taps = tapSlices(emit, x!, xValue.shape, value, 0);
    return taps.reduce((picked, tap, i) =>
      emit.node("Where", [emit.node("Equal", [index!, emit.scalar(i)]), tap, picked]),
    );
  },

  poolScatter: (context, value, [dy, index]) => {
    const { emit } = context;
    if (hasNativeIndex(context, value.attrs)) {
      const size = sizeOf(value.shape);
      const blank = emit.node("Expand", [emit.scalar(0), emit.ints([size])]);
      const flat = (name: string) => emit.node("Reshape", [name, emit.ints([-1])]);
      const scattered = emit.node("ScatterElements", [blank, flat(index!), flat(dy!)], {
        axis: 0,
        reduction: "add",
      });
      return emit.node("Reshape", [scattered, emit.ints(value.shape)]);
    }
    const [kh, kw] = value.attrs.kernel;
    const taps = Array.from({ length: kh * kw }, (_, tap) =>
      emit.node("Where", [emit.node("Equal", [index!, emit.scalar(tap)]), dy!, emit.scalar(0)]),
    );
    return placeTaps(emit, taps, value.inputs[0]!.shape, value.attrs, value.shape);
  },

  sumPool: ({ emit }, { attrs, inputs: [xValue], shape }, [x]) => {
    const [kh, kw] = attrs.kernel;
    if (isNative(attrs) && attrs.dilations.every((dilation) => dilation === 1)) {
      const mean = emit.node("AveragePool", [x!], {
        ...poolAttributes(attrs),
        count_include_pad: 1,
      });
      return emit.node("Mul", [mean, emit.scalar(kh * kw)]);
    }
    const [n, c, h, w] = xValue!.shape as [number, number, number, number];
    const single = emit.node("Reshape", [x!, emit.ints([n * c, 1, h, w])]);
    const ones = emit.floats(new Array(kh * kw).fill(1), [1, 1, kh, kw]);
    const summed = emit.node("Conv", [single, ones], {
      ...poolAttributes(attrs),
      dilations: attrs.dilations,
    });
    return emit.node("Reshape", [summed, emit.ints(shape)]);
  },
  /** Every tap of a window receives the window's cotangent. */
  sumPoolGrad: ({ emit }, { attrs, inputs: [dyValue], shape }, [dy]) => {
    const taps = new Array<string>(attrs.kernel[0] * attrs.kernel[1]).fill(dy!);
    return placeTaps(emit, taps, dyValue!.shape, attrs, shape);
  },
};

/** ONNX Runtime's pooling kernels take no padding as wide as the kernel. */
const isNative = ({ kernel, pads }: Window): boolean =>
  pads.every((pad, i) => pad < kernel[i % 2]!);

const hasNativeIndex = ({ target }: Context, window: Window): boolean =>
  target !== "portable" && isNative(window);

const poolAttributes = ({ kernel, strides, pads }: Window) => ({
  kernel_shape: kernel,
  strides,
  pads,
});

function emitMaxPool(emit: Emitter, x: string, window: Window, outputs: 1 | 2): readonly string[] {
  return emit.outputs(
    "MaxPool",
    [x],
    { ...poolAttributes(window), dilations: window.dilations },
    outputs,
  );
}

type Pooled = Pick<Value<"poolGather" | "maxPoolIndex">, "shape"> & { readonly attrs: Window };

/** For each tap (ky, kx) of the window, row by row, the entries [N,C,oh,ow] that it sees; `padding` outside. */
function tapSlices(
  emit: Emitter,
  x: string,
  shape: Shape,
  { attrs, shape: output }: Pooled,
  padding: number,
): string[] {
  const { kernel, strides, pads, dilations } = attrs;
  const padded = shape.map((extent, axis) =>
    axis < 2 ? extent : extent + pads[axis - 2]! + pads[axis]!,
  );
  const source = emitPad(emit, x, [0, 0, pads[0], pads[1]], [0, 0, pads[2], pads[3]], padding);
  return Array.from({ length: kernel[0] * kernel[1] }, (_, tap) => {
    const offset = [Math.floor(tap / kernel[1]) * dilations[0], (tap % kernel[1]) * dilations[1]];
    return emitSlice(emit, source, padded, {
      starts: [0, 0, ...offset],
      steps: [1, 1, ...strides],
      sizes: output,
    });
  });
}

/** The lowest float32, not -infinity: some providers turn (-infinity) * 0 masks into NaN. */
const LOWEST = -3.4028234663852886e38;

function firstMaximum(
  emit: Emitter,
  x: string,
  shape: Shape,
  pooled: Pooled,
): { maximum: string; index: string } {
  const [first, ...rest] = tapSlices(emit, x, shape, pooled, LOWEST);
  let maximum = first!;
  let index = emit.node("Expand", [emit.scalar(0), emit.ints(pooled.shape)]);
  rest.forEach((tap, i) => {
    const wins = emit.node("Greater", [tap, maximum]);
    maximum = emit.node("Where", [wins, tap, maximum]);
    index = emit.node("Where", [wins, emit.scalar(i + 1), index]);
  });
  return { maximum, index };
}

/**
 * Adds each tap's [N,C,oh,ow] into zeros [N,C,H,W] at the positions that the tap sees. Taps that fall into the
 * same residue class modulo the strides are shifted and added at window resolution; the classes are then
 * interleaved by Concat and Reshape.
 */
function placeTaps(
  emit: Emitter,
  taps: readonly string[],
  windows: Shape,
  { kernel, strides, pads, dilations }: OnInput<Window>,
  shape: Shape,
): string {
  const [n, c, oh, ow] = windows as [number, number, number, number];
  const [sh, sw] = strides;
  const reach = [(kernel[0] - 1) * dilations[0] + 1, (kernel[1] - 1) * dilations[1] + 1] as const;
  const padded = [shape[2]! + pads[0] + pads[2], shape[3]! + pads[1] + pads[3]] as const;
  // Extent of every class in units of the stride, enough for both the taps and the padded input.
  const rows = Math.max(oh - 1 + Math.ceil(reach[0] / sh), Math.ceil(padded[0] / sh));
  const columns = Math.max(ow - 1 + Math.ceil(reach[1] / sw), Math.ceil(padded[1] / sw));
  const classes = Array.from({ length: sh * sw }, (): string | undefined => undefined);
  taps.forEach((tap, i) => {
    const y = Math.floor(i / kernel[1]) * dilations[0];
    const x = (i % kernel[1]) * dilations[1];
    const [top, left] = [Math.floor(y / sh), Math.floor(x / sw)];
    const placed = emitPad(
      emit,
      tap,
      [0, 0, top, left],
      [0, 0, rows - top - oh, columns - left - ow],
    );
    const residue = (y % sh) * sw + (x % sw);
    const before = classes[residue];
    classes[residue] = before ? emit.node("Add", [before, placed]) : placed;
  });
  const blank = () => emit.node("Expand", [emit.scalar(0), emit.ints([n, c, rows, columns])]);
  const joinedRows = Array.from({ length: sh }, (_, a) => {
    const parts = Array.from({ length: sw }, (_, b) => classes[a * sw + b] ?? blank());
    return interleave(emit, parts, [n, c, rows, 1, columns], 5);
  });
  const whole = emit.node("Reshape", [
    sh === 1 ? joinedRows[0]! : emit.node("Concat", joinedRows, { axis: 3 }),
    emit.ints([n, c, rows * sh, columns * sw]),
  ]);
  return emitSlice(emit, whole, [n, c, rows * sh, columns * sw], {
    starts: [0, 0, pads[0], pads[1]],
    steps: [1, 1, 1, 1],
    sizes: shape,
  });
}

/** Interleaves [N,C,rows,columns] parts along the columns: -> [N,C,rows,1,columns * parts]. */
function interleave(
  emit: Emitter,
  parts: readonly string[],
  shape: readonly number[],
  axis: number,
): string {
  const apart = parts.map((part) => emit.node("Reshape", [part, emit.ints([...shape, 1])]));
  const joined = apart.length === 1 ? apart[0]! : emit.node("Concat", apart, { axis });
  return emit.node("Reshape", [joined, emit.ints(shape.with(4, shape[4]! * parts.length))]);
}
