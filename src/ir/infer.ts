/** Static shape and dtype inference: one entry per operator, checked when a value is built. */

import {
  checkAxis,
  checkExtents,
  checkIndices,
  checkKernel,
  checkRank,
  checkSignature,
  checkStrided,
  checkWindow,
} from "./checks.ts";
import type { OpAttrs, OpName, Shape, Window } from "./ops.ts";
import { broadcastShapes, formatShape, ShapeError, sameShape, windowOutput } from "./shapes.ts";
import type { Typed } from "./signatures.ts";

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
