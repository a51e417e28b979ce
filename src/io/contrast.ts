/**
 * How image values become grey levels. Distilled pixels often lie far outside [0,1], and clipping
 * them there shows little but black and white; so a sheet whose values leave [0,1] is shown with
 * one symmetric range for all of its pixels.
 */

/**
 * - `symmetric`: black and white stand at mean -+ 2.5 standard deviations of all pixels of the
 *   sheet (all images and channels together), so colours and the relation between images are kept
 * - `clip`: [0,1] as in the paper's figures
 * - `auto`: `clip` where every pixel lies in [0,1], as in real images, else `symmetric`
 */
export type Contrast = "auto" | "symmetric" | "clip";

/** The values shown as black and as white. */
export interface ContrastRange {
  readonly black: number;
  readonly white: number;
}

const DEVIATIONS = 2.5;
const UNIT: ContrastRange = { black: 0, white: 1 };
const ROUNDING = 1e-3;

/** The range of a sheet from its denormalised pixels; values that are not finite are left out. */
export function contrastRange(pixels: Iterable<number>, contrast: Contrast): ContrastRange {
  if (contrast === "clip") return UNIT;
  let count = 0;
  let mean = 0;
  let squares = 0;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const pixel of pixels) {
    if (!Number.isFinite(pixel)) continue;
    count++;
    const deviation = pixel - mean;
    mean += deviation / count;
    squares += deviation * (pixel - mean);
    lowest = Math.min(lowest, pixel);
    highest = Math.max(highest, pixel);
  }
  const insideUnit = lowest >= -ROUNDING && highest <= 1 + ROUNDING;
  if (count === 0 || (contrast === "auto" && insideUnit)) return UNIT;
  const half = Math.min(
    DEVIATIONS * Math.sqrt(squares / count),
    Math.max(highest - mean, mean - lowest),
  );
  return half > 0 ? { black: mean - half, white: mean + half } : UNIT;
}

/** Grey level 0..255 of a pixel; not a number is shown black. */
export function greyLevel(pixel: number, { black, white }: ContrastRange): number {
  const level = Math.round(((pixel - black) / (white - black)) * 255);
  return level > 0 ? Math.min(255, level) : 0;
}
