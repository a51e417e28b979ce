/** Movement and reductions. */
import type { MovementOp } from "../../autodiff/rules/movement.ts";
import type { ReductionOp } from "../../autodiff/rules/reduction.ts";
import { ABSENT } from "../../ir/ops.ts";
import type { Emitter } from "./emitter.ts";
import { emitTranspose } from "./gemm.ts";
import type { LoweringTable } from "./lowering.ts";

export const movementLowerings: LoweringTable<MovementOp> = {
  reshape: ({ emit }, { shape }, [x]) => emit.node("Reshape", [x!, emit.ints(shape)]),
  transpose: (context, value, [x]) => emitTranspose(context, value, x!),
  expand: ({ emit }, { shape }, [x]) => emit.node("Expand", [x!, emit.ints(shape)]),
  concat: ({ emit }, { attrs: { axis } }, inputs) => emit.node("Concat", inputs, { axis }),
  slice: ({ emit }, { inputs: [x], attrs }, [name]) => emitSlice(emit, name!, x!.shape, attrs),
  unslice: ({ emit }, { inputs: [x], attrs: { starts, steps, shape } }, [name]) => {
    let placed = name!;
    let extents = [...x!.shape];
    const first = starts.map((start, axis) =>
      steps[axis]! > 0 ? start : start + (extents[axis]! - 1) * steps[axis]!,
    );
    const flipped = extents.map((extent, axis) => (steps[axis]! < 0 ? extent - 1 : 0));
    if (steps.some((step) => step < 0)) {
      const signs = steps.map((step) => Math.sign(step));
      placed = emitSlice(emit, placed, extents, { starts: flipped, steps: signs, sizes: extents });
    }
    steps.forEach((signed, axis) => {
      const step = Math.abs(signed);
      if (step === 1) return;
      const apart = [...extents.slice(0, axis + 1), 1, ...extents.slice(axis + 1)];
      const after = apart.map((_, i) => (i === axis + 1 ? step - 1 : 0));
      const spread = emitPad(
        emit,
        emit.node("Reshape", [placed, emit.ints(apart)]),
        apart.map(() => 0),
        after,
      );
      const strided = extents.with(axis, extents[axis]! * step);
      const joined = emit.node("Reshape", [spread, emit.ints(strided)]);
      const room = shape[axis]! - first[axis]!;
      const kept = strided.with(axis, Math.min(strided[axis]!, room));
      placed = emitSlice(emit, joined, strided, {
        starts: kept.map(() => 0),
        steps: kept.map(() => 1),
        sizes: kept,
      });
      extents = kept;
    });
    return emitPad(
      emit,
      placed,
      first,
      shape.map((extent, axis) => extent - first[axis]! - extents[axis]!),
    );
  },
  /** An absent entry is read from a zero appended to x. */
  gather: ({ emit }, { inputs: [x], attrs: { axis, indices } }, [name]) => {
    const extent = x!.shape[axis]!;
    if (!indices.includes(ABSENT))
      return emit.node("Gather", [name!, emit.ints(indices)], { axis });
    const positions = indices.map((index) => (index === ABSENT ? extent : index));
    return emit.node("Gather", [appendZero(emit, name!, x!.shape, axis), emit.ints(positions)], {
      axis,
    });
  },
  /** Each target position gathers its sources (a zero row where it has fewer than the most) and sums them. */
  scatterAdd: ({ emit }, { inputs: [x], attrs: { axis, indices, size } }, [name]) => {
    const sources = Array.from({ length: size }, (): number[] => []);
    indices.forEach((target, source) => {
      if (target !== ABSENT) sources[target]!.push(source);
    });
    const most = Math.max(1, ...sources.map((list) => list.length));
    const none = indices.length;
    const table = sources.flatMap((list) =>
      Array.from({ length: most }, (_, i) => list[i] ?? none),
    );
    const extended = appendZero(emit, name!, x!.shape, axis);
    const gathered = emit.node("Gather", [extended, emit.indices(table, [size, most])], { axis });
    return emit.node("ReduceSum", [gathered, emit.ints([axis + 1])], { keepdims: 0 });
  },
};

export const reductionLowerings: LoweringTable<ReductionOp> = {
  reduceSum: ({ emit }, { attrs: { axes, keepdims } }, [x]) =>
    emit.node("ReduceSum", [x!, emit.ints(axes)], { keepdims: Number(keepdims) }),
  reduceMax: ({ emit }, { attrs: { axes, keepdims } }, [x]) =>
    emit.node("ReduceMax", [x!, emit.ints(axes)], { keepdims: Number(keepdims) }),
  softmax: ({ emit }, { attrs: { axis } }, [x]) => emit.node("Softmax", [x!], { axis }),
};

/** x with one more entry along `axis`, of zeros. */
function appendZero(emit: Emitter, x: string, shape: readonly number[], axis: number): string {
  const after = shape.map((_, i) => (i === axis ? 1 : 0));
  return emitPad(
    emit,
    x,
    after.map(() => 0),
    after,
  );
}

interface Cut {
  readonly starts: readonly number[];
  readonly steps: readonly number[];
  readonly sizes: readonly number[];
}

/**
 * x[starts + i * steps] for i < sizes; returns x where nothing is cut. Backward steps start at the last entry, after
 * another slice where there are more: ONNX Runtime 1.30 on WebGPU knows no other start.
 */
export function emitSlice(emit: Emitter, x: string, shape: readonly number[], cut: Cut): string {
  const ends = shape.map((extent, axis) => (cut.steps[axis]! < 0 ? cut.starts[axis]! + 1 : extent));
  const forward = { starts: ends.map(() => 0), steps: ends.map(() => 1), sizes: ends };
  return emitStrided(emit, emitStrided(emit, x, shape, forward), ends, cut);
}

function emitStrided(
  emit: Emitter,
  x: string,
  shape: readonly number[],
  { starts, steps, sizes }: Cut,
): string {
  const cut = shape
    .map((_, axis) => axis)
    .filter((axis) => sizes[axis] !== shape[axis] || steps[axis] !== 1);
  if (cut.length === 0) return x;
  const pick = (list: readonly number[]) => emit.ints(cut.map((axis) => list[axis]!));
  const ends = starts.map((start, axis) => {
    const end = start + sizes[axis]! * steps[axis]!;
    // A negative end counts from the back; one far below zero means "up to and including the first entry".
    return steps[axis]! < 0 && end < 0 ? -shape[axis]! - 1 : Math.min(end, shape[axis]!);
  });
  return emit.node("Slice", [x, pick(starts), pick(ends), emit.ints(cut), pick(steps)]);
}

/** Surrounds x with `value`; returns x where there is nothing to add. */
export function emitPad(
  emit: Emitter,
  x: string,
  before: readonly number[],
  after: readonly number[],
  value = 0,
): string {
  if ([...before, ...after].every((count) => count === 0)) return x;
  return emit.node("Pad", [x, emit.ints([...before, ...after]), emit.scalar(value)], {
    mode: "constant",
  });
}
