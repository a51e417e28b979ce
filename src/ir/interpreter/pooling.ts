/** Pooling: each operator is a loop over planes [H,W] and over one table of window positions. */
import type { OpName, Shape, Window } from "../ops.ts";
import { windowOutput } from "../shapes.ts";
import { sizeOf } from "../value.ts";
import type { Kernels } from "./kernel.ts";

const PADDING = -1;

interface Windows {
  /** Number of windows, oh * ow. */
  readonly count: number;
  /** Entries of a window, kh * kw. */
  readonly entries: number;
  /** Position in the plane of entry k of window o, at o * entries + k, or PADDING. */
  readonly positions: Int32Array;
  /** Number of planes, N * C, and the size H * W of one. */
  readonly planes: number;
  readonly area: number;
}

function windowsOver([n, c, h, w]: Shape, window: Window): Windows {
  const { kernel, strides, pads, dilations } = window;
  const [oh, ow] = windowOutput([h, w], window);
  const entries = kernel[0] * kernel[1];
  const positions = new Int32Array(oh * ow * entries).fill(PADDING);
  for (let o = 0; o < oh * ow; o++) {
    for (let k = 0; k < entries; k++) {
      const y =
        Math.floor(o / ow) * strides[0] + Math.floor(k / kernel[1]) * dilations[0] - pads[0];
      const x = (o % ow) * strides[1] + (k % kernel[1]) * dilations[1] - pads[1];
      if (y >= 0 && y < h && x >= 0 && x < w) positions[o * entries + k] = y * w + x;
    }
  }
  return { count: oh * ow, entries, positions, planes: n * c, area: h * w };
}

export const pooling = {
  maxPoolIndex: ([x], { inputs, shape, attrs }) => {
    const { count, entries, positions, planes, area } = windowsOver(inputs[0].shape, attrs);
    const index = new Float64Array(sizeOf(shape));
    for (let plane = 0; plane < planes; plane++) {
      for (let o = 0; o < count; o++) {
        let best = -1;
        let max = -Infinity;
        for (let k = 0; k < entries; k++) {
          const position = positions[o * entries + k];
          if (position === PADDING) continue;
          const entry = x[plane * area + position];
          if (best < 0 || entry > max || Number.isNaN(entry)) {
            best = k;
            max = entry;
          }
        }
        index[plane * count + o] = Math.max(best, 0);
      }
    }
    return index;
  },
  poolGather: ([x, index], { inputs, shape, attrs }) => {
    const { count, entries, positions, planes, area } = windowsOver(inputs[0].shape, attrs);
    const y = new Float64Array(sizeOf(shape));
    for (let plane = 0; plane < planes; plane++) {
      for (let o = 0; o < count; o++) {
        const position = positions[o * entries + index[plane * count + o]];
        if (position !== PADDING) y[plane * count + o] = x[plane * area + position];
      }
    }
    return y;
  },
  poolScatter: ([dy, index], { shape, attrs }) => {
    const { count, entries, positions, planes, area } = windowsOver(shape, attrs);
    const dx = new Float64Array(sizeOf(shape));
    for (let plane = 0; plane < planes; plane++) {
      for (let o = 0; o < count; o++) {
        const position = positions[o * entries + index[plane * count + o]];
        if (position !== PADDING) dx[plane * area + position] += dy[plane * count + o];
      }
    }
    return dx;
  },
  sumPool: ([x], { inputs, shape, attrs }) => {
    const { count, entries, positions, planes, area } = windowsOver(inputs[0].shape, attrs);
    const y = new Float64Array(sizeOf(shape));
    for (let plane = 0; plane < planes; plane++) {
      for (let i = 0; i < positions.length; i++) {
        if (positions[i] === PADDING) continue;
        y[plane * count + Math.floor(i / entries)] += x[plane * area + positions[i]];
      }
    }
    return y;
  },
  sumPoolGrad: ([dy], { shape, attrs }) => {
    const { count, entries, positions, planes, area } = windowsOver(shape, attrs);
    const dx = new Float64Array(sizeOf(shape));
    for (let plane = 0; plane < planes; plane++) {
      for (let i = 0; i < positions.length; i++) {
        if (positions[i] === PADDING) continue;
        dx[plane * area + positions[i]] += dy[plane * count + Math.floor(i / entries)];
      }
    }
    return dx;
  },
} satisfies Partial<Kernels<OpName>>;
