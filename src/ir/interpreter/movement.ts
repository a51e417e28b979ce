/** Operators that move numbers without computing any, and their transposes. */
import { ABSENT, type OpName } from "../ops.ts";
import { normalizeAxis } from "../shapes.ts";
import { sizeOf } from "../value.ts";
import type { Kernels } from "./kernel.ts";
import { copy, expandTo, rowMajor } from "./strided.ts";

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, v, i) => sum + v * b[i], 0);

const scale = (a: readonly number[], b: readonly number[]): number[] => a.map((v, i) => v * b[i]);

export const movement = {
  reshape: ([x]) => x,
  expand: ([x], { inputs, shape }) => expandTo(x, inputs[0].shape, shape),
  transpose: ([x], { inputs, shape, attrs }) => {
    const strides = rowMajor(inputs[0].shape);
    const y = new Float64Array(x.length);
    const from = { data: x, offset: 0, strides: attrs.perm.map((axis) => strides[axis]) };
    copy(shape, from, { data: y, offset: 0, strides: rowMajor(shape) });
    return y;
  },
  concat: (parts, { inputs, shape, attrs }) => {
    const axis = normalizeAxis(attrs.axis, shape.length);
    const strides = rowMajor(shape);
    const y = new Float64Array(sizeOf(shape));
    let offset = 0;
    parts.forEach((data, i) => {
      const part = inputs[i].shape;
      copy(part, { data, offset: 0, strides: rowMajor(part) }, { data: y, offset, strides });
      offset += part[axis] * strides[axis];
    });
    return y;
  },

  slice: ([x], { inputs, shape, attrs: { starts, steps } }) => {
    const strides = rowMajor(inputs[0].shape);
    const y = new Float64Array(sizeOf(shape));
    const from = { data: x, offset: dot(starts, strides), strides: scale(steps, strides) };
    copy(shape, from, { data: y, offset: 0, strides: rowMajor(shape) });
    return y;
  },
  unslice: ([x], { inputs, shape, attrs: { starts, steps } }) => {
    const strides = rowMajor(shape);
    const y = new Float64Array(sizeOf(shape));
    const to = { data: y, offset: dot(starts, strides), strides: scale(steps, strides) };
    copy(inputs[0].shape, { data: x, offset: 0, strides: rowMajor(inputs[0].shape) }, to);
    return y;
  },

  gather: ([x], { inputs, shape, attrs }) => {
    const axis = normalizeAxis(attrs.axis, shape.length);
    const extent = inputs[0].shape[axis];
    const block = sizeOf(shape.slice(axis + 1));
    const y = new Float64Array(sizeOf(shape));
    for (let outer = 0; outer < sizeOf(shape.slice(0, axis)); outer++) {
      attrs.indices.forEach((index, position) => {
        if (index === ABSENT) return;
        const from = (outer * extent + index) * block;
        y.set(x.subarray(from, from + block), (outer * shape[axis] + position) * block);
      });
    }
    return y;
  },
  scatterAdd: ([x], { shape, attrs }) => {
    const axis = normalizeAxis(attrs.axis, shape.length);
    const block = sizeOf(shape.slice(axis + 1));
    const y = new Float64Array(sizeOf(shape));
    for (let outer = 0; outer < sizeOf(shape.slice(0, axis)); outer++) {
      attrs.indices.forEach((index, position) => {
        if (index === ABSENT) return;
        const from = (outer * attrs.indices.length + position) * block;
        const to = (outer * attrs.size + index) * block;
        for (let i = 0; i < block; i++) y[to + i] += x[from + i];
      });
    }
    return y;
  },
} satisfies Partial<Kernels<OpName>>;
