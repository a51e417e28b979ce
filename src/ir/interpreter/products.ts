/** Matrix product and the three members of the convolution family. */
import type { ConvWindow, OpName, Shape } from "../ops.ts";
import { sizeOf } from "../value.ts";
import type { Kernels } from "./kernel.ts";
import { broadcastStrides, forEachRow } from "./strided.ts";

/** c += a b for row-major matrices [m,k], [k,n], [m,n] that start at the given offsets. */
function addProduct(
  [a, b, c]: readonly [Float64Array, Float64Array, Float64Array],
  [startA, startB, startC]: readonly [number, number, number],
  [m, k, n]: readonly [number, number, number],
): void {
  for (let i = 0; i < m; i++) {
    const row = startC + i * n;
    for (let p = 0; p < k; p++) {
      const factor = a[startA + i * k + p];
      const other = startB + p * n;
      for (let j = 0; j < n; j++) c[row + j] += factor * b[other + j];
    }
  }
}

/** The outputs that one kernel position reaches: a grid of `rows` x `columns` in x [H,W] and y [oh,ow]. */
interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly x: number;
  readonly y: number;
  readonly xRow: number;
  readonly yRow: number;
  readonly xStep: number;
}

/** First output position whose entry lies inside `extent`, and the number of such positions. */
function reach(extent: number, count: number, stride: number, origin: number): [number, number] {
  const first = Math.max(0, Math.ceil(-origin / stride));
  const last = Math.min(count - 1, Math.floor((extent - 1 - origin) / stride));
  return [first, last - first + 1];
}

/**
 * Visits every product x[n,c,iy,ix] w[m,c,ky,kx] y[n,m,oy,ox] of the trilinear form behind a convolution,
 * grouped by weight: `visit` gets the weight's index and the offsets of the planes x[n,c] and y[n,m].
 */
function forEachTap(
  window: ConvWindow,
  [n, c, h, w]: Shape,
  [, m, oh, ow]: Shape,
  visit: (weight: number, xPlane: number, yPlane: number, grid: Grid) => void,
): void {
  const { kernel, strides, pads, dilations, group } = window;
  const grids: Grid[] = [];
  for (let ky = 0; ky < kernel[0]; ky++) {
    const top = ky * dilations[0] - pads[0];
    const [oy, rows] = reach(h, oh, strides[0], top);
    for (let kx = 0; kx < kernel[1]; kx++) {
      const left = kx * dilations[1] - pads[1];
      const [ox, columns] = reach(w, ow, strides[1], left);
      grids.push({
        rows,
        columns,
        x: (oy * strides[0] + top) * w + ox * strides[1] + left,
        y: oy * ow + ox,
        xRow: strides[0] * w,
        yRow: ow,
        xStep: strides[1],
      });
    }
  }
  const channels = c / group;
  const filters = m / group;
  for (let image = 0; image < n; image++) {
    for (let filter = 0; filter < m; filter++) {
      const firstChannel = Math.floor(filter / filters) * channels;
      for (let channel = 0; channel < channels; channel++) {
        const xPlane = (image * c + firstChannel + channel) * h * w;
        const yPlane = (image * m + filter) * oh * ow;
        const weight = (filter * channels + channel) * grids.length;
        for (let k = 0; k < grids.length; k++) visit(weight + k, xPlane, yPlane, grids[k]);
      }
    }
  }
}

export const products = {
  matmul: ([a, b], { inputs, shape }) => {
    const [m, n] = shape.slice(-2);
    const k = inputs[0].shape.at(-1) as number;
    const batch = shape.slice(0, -2);
    const c = new Float64Array(sizeOf(shape));
    const ofBatch = (operand: Shape) => broadcastStrides(operand.slice(0, -2), batch);
    const strides = inputs.map(({ shape: operand }) => ofBatch(operand));
    let start = 0;
    // The last of the walked axes is a row: a batch of one keeps every batch axis outside it.
    const walked = (of: readonly number[]) => ({ offset: 0, strides: [...of, 0] });
    forEachRow([...batch, 1], walked(strides[0]), walked(strides[1]), (left, right) => {
      addProduct([a, b, c], [left * m * k, right * k * n, start], [m, k, n]);
      start += m * n;
    });
    return c;
  },

  conv: ([x, w], { inputs, shape, attrs }) => {
    const y = new Float64Array(sizeOf(shape));
    forEachTap(attrs, inputs[0].shape, shape, (weight, xPlane, yPlane, grid) => {
      const factor = w[weight];
      for (let row = 0; row < grid.rows; row++) {
        const from = xPlane + grid.x + row * grid.xRow;
        const to = yPlane + grid.y + row * grid.yRow;
        for (let i = 0; i < grid.columns; i++) y[to + i] += factor * x[from + i * grid.xStep];
      }
    });
    return y;
  },
  convDataGrad: ([dy, w], { inputs, shape, attrs }) => {
    const dx = new Float64Array(sizeOf(shape));
    forEachTap(attrs, shape, inputs[0].shape, (weight, xPlane, yPlane, grid) => {
      const factor = w[weight];
      for (let row = 0; row < grid.rows; row++) {
        const to = xPlane + grid.x + row * grid.xRow;
        const from = yPlane + grid.y + row * grid.yRow;
        for (let i = 0; i < grid.columns; i++) dx[to + i * grid.xStep] += factor * dy[from + i];
      }
    });
    return dx;
  },
  convWeightGrad: ([x, dy], { inputs, shape, attrs }) => {
    const dw = new Float64Array(sizeOf(shape));
    forEachTap(attrs, inputs[0].shape, inputs[1].shape, (weight, xPlane, yPlane, grid) => {
      let sum = 0;
      for (let row = 0; row < grid.rows; row++) {
        const left = xPlane + grid.x + row * grid.xRow;
        const right = yPlane + grid.y + row * grid.yRow;
        for (let i = 0; i < grid.columns; i++) sum += x[left + i * grid.xStep] * dy[right + i];
      }
      dw[weight] += sum;
    });
    return dw;
  },
} satisfies Partial<Kernels<OpName>>;
