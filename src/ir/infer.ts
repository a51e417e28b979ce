/** Static shape and dtype inference: one entry per operator, checked when a value is built. */
import type { DType, OpAttrs, OpName, Shape, Window } from "./ops.ts";
import { broadcastShapes, formatShape, ShapeError, sameShape, windowOutput } from "./shapes.ts";
import { signatures } from "./signatures.ts";

interface Typed {
  readonly shape: Shape;
  readonly dtype: DType;
}

type Infer<Op extends OpName> = (inputs: readonly Typed[], attrs: OpAttrs[Op]) => Typed;

const float = (shape: Shape): Typed => ({ shape, dtype: "float32" });
const bool = (shape: Shape): Typed => ({ shape, dtype: "bool" });
const like = ([x]: readonly Typed[]): Typed => x!;

function broadcast(inputs: readonly Typed[]): Shape {
  return inputs.reduce<Shape>((shape, input) => {
    const common = broadcastShapes(shape, input.shape);
    if (!common) throw new ShapeError("the shapes do not broadcast");
    return common;
  }, []);
}

const arithmetic = (inputs: readonly Typed[]): Typed => float(broadcast(inputs));
const comparison = (inputs: readonly Typed[]): Typed => bool(broadcast(inputs));

function reduce([x]: readonly Typed[], { axes, keepdims }: OpAttrs["reduceSum"]): Typed {
  for (const axis of axes) checkAxis(axis, x!.shape);
  const kept = keepdims
    ? x!.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
    : x!.shape.filter((_, axis) => !axes.includes(axis));
  return { shape: kept, dtype: x!.dtype };
}

function images(x: Typed): readonly [number, number, number, number] {
  if (x.shape.length !== 4) throw new ShapeError("expected [N,C,H,W]");
  return x.shape as unknown as readonly [number, number, number, number];
}

/** Output size of the window; it must fit at least once. */
function slide(size: readonly [number, number], window: Window): [number, number] {
  checkWindow(window);
  const output = windowOutput(size, window);
  if (output[0] < 1 || output[1] < 1) {
    throw new ShapeError(
      `a window of ${formatShape(window.kernel)} does not fit into ${formatShape(size)}`,
    );
  }
  return output;
}

function pool([x]: readonly Typed[], window: Window): Typed {
  const [n, c, h, w] = images(x!);
  return float([n, c, ...slide([h, w], window)]);
}

function unpool([dy]: readonly Typed[], window: OpAttrs["sumPoolGrad"]): Typed {
  const [n, c, oh, ow] = images(dy!);
  if (!sameShape(slide(window.inputSize, window), [oh, ow])) {
    throw new ShapeError(
      `the window makes ${formatShape(slide(window.inputSize, window))} positions`,
    );
  }
  return float([n, c, ...window.inputSize]);
}

const table: { readonly [Op in OpName]: Infer<Op> } = {
  input: (_, { shape, dtype }) => {
    checkExtents(shape);
    return { shape, dtype };
  },
  constant: (_, { data, shape, dtype }) => {
    checkExtents(shape);
    const size = shape.reduce((a, b) => a * b, 1);
    if (data.length !== size)
      throw new ShapeError(`${data.length} numbers for ${formatShape(shape)}`);
    return { shape, dtype };
  },

  neg: arithmetic,
  abs: arithmetic,
  sign: arithmetic,
  sqrt: arithmetic,
  exp: arithmetic,
  log: arithmetic,
  reciprocal: arithmetic,
  relu: arithmetic,
  sigmoid: arithmetic,
  tanh: arithmetic,
  erf: arithmetic,
  clip: arithmetic,
  cast: ([x], { to }) => ({ shape: x!.shape, dtype: to }),
  not: like,
  stopGradient: like,

  add: arithmetic,
  sub: arithmetic,
  mul: arithmetic,
  div: arithmetic,
  pow: arithmetic,
  max: arithmetic,
  min: arithmetic,
  greater: comparison,
  less: comparison,
  equal: comparison,
  and: comparison,
  where: arithmetic,

  reduceSum: reduce,
  reduceMax: reduce,
  softmax: ([x], { axis }) => {
    checkAxis(axis, x!.shape);
    return x!;
  },

  reshape: ([x], { shape }) => {
    checkExtents(shape);
    const size = (s: Shape) => s.reduce((a, b) => a * b, 1);
    if (size(shape) !== size(x!.shape)) {
      throw new ShapeError(`cannot reshape into ${formatShape(shape)}: the sizes differ`);
    }
    return { shape, dtype: x!.dtype };
  },
  transpose: ([x], { perm }) => {
    const axes = x!.shape.map((_, axis) => axis);
    if (
      !sameShape(
        [...perm].sort((a, b) => a - b),
        axes,
      )
    ) {
      throw new ShapeError(`${formatShape(perm)} is no permutation of the axes`);
    }
    return { shape: perm.map((axis) => x!.shape[axis]!), dtype: x!.dtype };
  },
  expand: ([x], { shape }) => {
    checkExtents(shape);
    const common = broadcastShapes(x!.shape, shape);
    if (!common || !sameShape(common, shape)) {
      throw new ShapeError(`cannot expand to ${formatShape(shape)}`);
    }
    return { shape, dtype: x!.dtype };
  },
  concat: (inputs, { axis }) => {
    const [first] = inputs as [Typed, ...Typed[]];
    checkAxis(axis, first.shape);
    const rest = (shape: Shape) => shape.filter((_, other) => other !== axis);
    for (const input of inputs) {
      if (
        input.shape.length !== first.shape.length ||
        !sameShape(rest(input.shape), rest(first.shape))
      ) {
        throw new ShapeError(`the shapes differ outside axis ${axis}`);
      }
    }
    const extent = inputs.reduce((sum, input) => sum + input.shape[axis]!, 0);
    return { shape: first.shape.with(axis, extent), dtype: first.dtype };
  },
  slice: ([x], { starts, steps, sizes }) => {
    checkRank(x!.shape, starts, steps, sizes);
    x!.shape.forEach((extent, axis) => {
      checkStrided(axis, extent, starts[axis]!, steps[axis]!, sizes[axis]!);
    });
    return { shape: sizes, dtype: x!.dtype };
  },
  unslice: ([x], { starts, steps, shape }) => {
    checkRank(x!.shape, starts, steps, shape);
    checkExtents(shape);
    x!.shape.forEach((size, axis) => {
      checkStrided(axis, shape[axis]!, starts[axis]!, steps[axis]!, size);
    });
    return { shape, dtype: x!.dtype };
  },
  gather: ([x], { axis, indices }) => {
    checkAxis(axis, x!.shape);
    checkIndices(indices, x!.shape[axis]!);
    return { shape: x!.shape.with(axis, indices.length), dtype: x!.dtype };
  },
  scatterAdd: ([x], { axis, indices, size }) => {
    checkAxis(axis, x!.shape);
    checkIndices(indices, size);
    if (x!.shape[axis] !== indices.length) {
      throw new ShapeError(`${indices.length} indices for axis ${axis}`);
    }
    return float(x!.shape.with(axis, size));
  },

  matmul: ([a, b]) => {
    const [left, right] = [a!.shape, b!.shape];
    if (left.length < 2 || right.length < 2) throw new ShapeError("expected two axes or more");
    if (left.at(-1) !== right.at(-2)) throw new ShapeError("the inner extents differ");
    const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
    if (!batch) throw new ShapeError("the batch axes do not broadcast");
    return float([...batch, left.at(-2)!, right.at(-1)!]);
  },
  conv: ([x, w], window) => {
    const [n, c, h, width] = images(x!);
    const [m, perGroup, kh, kw] = images(w!);
    if (c !== perGroup * window.group || m % window.group !== 0) {
      throw new ShapeError(
        `${c} input channels, ${m} filters of ${perGroup} channels, ${window.group} groups`,
      );
    }
    checkKernel(window, kh, kw);
    return float([n, m, ...slide([h, width], window)]);
  },
  convDataGrad: ([dy, w], window) => {
    const [n, m, oh, ow] = images(dy!);
    const [filters, perGroup, kh, kw] = images(w!);
    if (m !== filters || m % window.group !== 0)
      throw new ShapeError(`${m} channels, ${filters} filters`);
    checkKernel(window, kh, kw);
    if (!sameShape(slide(window.inputSize, window), [oh, ow])) {
      throw new ShapeError(
        `the window makes ${formatShape(slide(window.inputSize, window))} positions`,
      );
    }
    return float([n, perGroup * window.group, ...window.inputSize]);
  },
  convWeightGrad: ([x, dy], window) => {
    const [n, c, h, w] = images(x!);
    const [batch, m, oh, ow] = images(dy!);
    if (n !== batch || c % window.group !== 0 || m % window.group !== 0) {
      throw new ShapeError(
        `batches of ${n} and ${batch}, ${c} and ${m} channels, ${window.group} groups`,
      );
    }
    if (!sameShape(slide([h, w], window), [oh, ow])) {
      throw new ShapeError(`the window makes ${formatShape(slide([h, w], window))} positions`);
    }
    return float([m, c / window.group, ...window.kernel]);
  },

  maxPoolIndex: pool,
  poolGather: (inputs, window) => {
    const result = pool(inputs, window);
    if (!sameShape(result.shape, inputs[1]!.shape))
      throw new ShapeError("the index has another shape");
    return result;
  },
  poolScatter: (inputs, window) => {
    if (!sameShape(inputs[0]!.shape, inputs[1]!.shape))
      throw new ShapeError("the index has another shape");
    return unpool(inputs, window);
  },
  sumPool: pool,
  sumPoolGrad: unpool,
};

/** Attributes hold axes counted from the front; the builders take negative ones. */
function checkAxis(axis: number, shape: Shape): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= shape.length) {
    throw new ShapeError(`axis ${axis} is out of range for rank ${shape.length}`);
  }
}

function checkExtents(shape: Shape): void {
  if (!shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
    throw new ShapeError(`${formatShape(shape)} is no shape: expected positive whole extents`);
  }
}

function checkRank(shape: Shape, ...perAxis: readonly (readonly number[])[]): void {
  if (perAxis.some((list) => list.length !== shape.length)) {
    throw new ShapeError(`expected ${shape.length} entries in every attribute, one per axis`);
  }
}

function checkWindow(window: Window & { readonly group?: number }): void {
  const { kernel, strides, dilations, pads, group = 1 } = window;
  const positive = [...kernel, ...strides, ...dilations, group];
  const whole = (least: number) => (entry: number) => Number.isInteger(entry) && entry >= least;
  if (!positive.every(whole(1)) || !pads.every(whole(0))) {
    throw new ShapeError(
      `expected a kernel, strides, dilations and group of at least 1 and pads of at least 0, got ${JSON.stringify(window)}`,
    );
  }
}

function checkSignature(op: OpName, inputs: readonly Typed[]): void {
  const signature = signatures[op];
  if (signature === "variadic") {
    if (inputs.length === 0 || inputs.some(({ dtype }) => dtype !== inputs[0]!.dtype)) {
      throw new ShapeError("expected one or more inputs of one dtype");
    }
  } else if (
    inputs.length !== signature.length ||
    inputs.some(({ dtype }, i) => signature[i] !== "any" && signature[i] !== dtype)
  ) {
    throw new ShapeError(`expected inputs (${signature.join(", ")})`);
  }
}

function checkStrided(
  axis: number,
  extent: number,
  start: number,
  step: number,
  size: number,
): void {
  const last = start + (size - 1) * step;
  const inside = (position: number) =>
    Number.isInteger(position) && position >= 0 && position < extent;
  if (step === 0 || size < 1 || !inside(start) || !inside(last)) {
    throw new ShapeError(
      `axis ${axis}: ${size} entries from ${start} in steps of ${step} leave an extent of ${extent}`,
    );
  }
}

function checkIndices(indices: readonly number[], extent: number): void {
  const bad = indices.find((index) => !Number.isInteger(index) || index < 0 || index >= extent);
  if (bad !== undefined) throw new ShapeError(`index ${bad} is outside 0 to ${extent - 1}`);
  if (indices.length === 0) throw new ShapeError("expected at least one index");
}

function checkKernel({ kernel }: Window, kh: number, kw: number): void {
  if (kernel[0] !== kh || kernel[1] !== kw) {
    throw new ShapeError(
      `the window's kernel is ${formatShape(kernel)}, the weights' ${formatShape([kh, kw])}`,
    );
  }
}

/**
 * Shape and dtype of an operator's output.
 * @throws {ShapeError} naming the operator, the input shapes and what does not fit.
 */
export function infer<Op extends OpName>(
  op: Op,
  inputs: readonly Typed[],
  attrs: OpAttrs[Op],
): Typed {
  try {
    checkSignature(op, inputs);
    return table[op](inputs, attrs);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const shapes = inputs.map((input) => `${input.dtype}${formatShape(input.shape)}`).join(", ");
    throw new ShapeError(`${op}(${shapes}): ${error.message}`);
  }
}
