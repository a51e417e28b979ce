/** Bicubic resizing of bytes, the same numbers as Pillow's, which PyTorch's `transforms.Resize` uses. */

const CUBIC_SUPPORT = 2;
const FRACTION_BITS = 22;
const HALF = 1 << (FRACTION_BITS - 1);

/** For each output position, its first input position and its weights in fixed point. */
interface Filter {
  readonly first: Int32Array;
  readonly taps: Int32Array;
  /** Weights of output i stand from i * width on. */
  readonly weights: Int32Array;
  readonly width: number;
}

/**
 * Resizes planes [P,h,w] of bytes to [P,H,W] by cubic convolution (Keys 1981, a = -0.5), rows first. When shrinking, the
 * kernel is stretched by the scale, which antialiases. Weights beyond the border are left out and
 * the others normalised. Each pass rounds to bytes.
 *
 * @throws RangeError for sizes that are not positive integers or do not fit the number of pixels.
 */
export function resizeBicubic(
  pixels: Uint8Array,
  from: readonly [number, number],
  to: readonly [number, number],
): Uint8Array {
  if (![...from, ...to].every((size) => Number.isInteger(size) && size > 0)) {
    throw new RangeError(`Image sizes must be positive integers, got [${from}] and [${to}].`);
  }
  const [height, width] = from;
  const [newHeight, newWidth] = to;
  const planes = pixels.length / (height * width);
  if (!Number.isInteger(planes)) {
    throw new RangeError(`${pixels.length} pixels are not planes of [${from}].`);
  }
  const wide = newWidth === width ? pixels : resizeRows(pixels, planes * height, width, newWidth);
  return newHeight === height ? wide : resizeColumns(wide, planes, height, newHeight, newWidth);
}

function resizeRows(pixels: Uint8Array, rows: number, width: number, newWidth: number): Uint8Array {
  const { first, taps, weights, width: stride } = cubicFilter(width, newWidth);
  const out = new Uint8Array(rows * newWidth);
  let to = 0;
  for (let row = 0; row < rows; row++) {
    for (let x = 0; x < newWidth; x++) {
      let sum = HALF;
      let from = row * width + first[x]!;
      const end = x * stride + taps[x]!;
      for (let tap = x * stride; tap < end; tap++) sum += pixels[from++]! * weights[tap]!;
      out[to++] = toByte(sum);
    }
  }
  return out;
}

function resizeColumns(
  pixels: Uint8Array,
  planes: number,
  height: number,
  newHeight: number,
  width: number,
): Uint8Array {
  const { first, taps, weights, width: stride } = cubicFilter(height, newHeight);
  const out = new Uint8Array(planes * newHeight * width);
  let to = 0;
  for (let plane = 0; plane < planes; plane++) {
    for (let y = 0; y < newHeight; y++) {
      const start = (plane * height + first[y]!) * width;
      const end = y * stride + taps[y]!;
      for (let x = 0; x < width; x++) {
        let sum = HALF;
        let from = start + x;
        for (let tap = y * stride; tap < end; tap++, from += width) {
          sum += pixels[from]! * weights[tap]!;
        }
        out[to++] = toByte(sum);
      }
    }
  }
  return out;
}

function toByte(sum: number): number {
  const value = sum >> FRACTION_BITS;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function cubicFilter(size: number, newSize: number): Filter {
  const scale = size / newSize;
  const stretch = Math.max(scale, 1);
  const support = CUBIC_SUPPORT * stretch;
  const width = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(newSize);
  const taps = new Int32Array(newSize);
  const weights = new Int32Array(newSize * width);
  for (let i = 0; i < newSize; i++) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(size, Math.trunc(centre + support + 0.5));
    const values = Array.from({ length: end - start }, (_, tap) =>
      cubic((tap + start - centre + 0.5) / stretch),
    );
    const total = values.reduce((sum, value) => sum + value, 0);
    first[i] = start;
    taps[i] = values.length;
    values.forEach((value, tap) => {
      weights[i * width + tap] = roundHalfAway((value / total) * (1 << FRACTION_BITS));
    });
  }
  return { first, taps, weights, width };
}

/** Keys' cubic convolution kernel with a = -0.5. */
function cubic(x: number): number {
  const distance = Math.abs(x);
  if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1;
  if (distance < 2) return ((-0.5 * distance + 2.5) * distance - 4) * distance + 2;
  return 0;
}

const roundHalfAway = (value: number): number => Math.trunc(value + (value < 0 ? -0.5 : 0.5));
