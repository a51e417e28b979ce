/** Distilled images as a page shows them. */
import { contrastRange, greyLevel } from "../io/contrast.ts";

export interface PaintedImages {
  /** [S,n,C,H,W] */
  readonly shape: readonly number[];
  /** In normalised space, row-major. */
  readonly values: Float32Array;
  /**
   * RGBA of every image in turn, [S*n,H,W,4]: 4HW bytes make an `ImageData`. All images share one contrast, as in the
   * pictures of a run.
   */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** Paints images of one or three channels; of others the first is shown in grey. */
export function paintImages(
  values: Float32Array,
  shape: readonly number[],
  { mean, std }: { readonly mean: readonly number[]; readonly std: readonly number[] },
): PaintedImages {
  const [steps = 0, count = 0, channels = 1, height = 0, width = 0] = shape;
  const plane = height * width;
  const images = steps * count;
  const denormalised = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const channel = Math.floor(i / plane) % channels;
    denormalised[i] = values[i]! * std[channel]! + mean[channel]!;
  }
  const range = contrastRange(denormalised, "auto");
  const pixels = new Uint8ClampedArray(images * plane * 4).fill(255);
  const shown = channels === 3 ? [0, 1, 2] : [0, 0, 0];
  for (let image = 0; image < images; image++) {
    for (const [at, channel] of shown.entries()) {
      const from = (image * channels + channel) * plane;
      for (let i = 0; i < plane; i++)
        pixels[(image * plane + i) * 4 + at] = greyLevel(denormalised[from + i]!, range);
    }
  }
  return { shape: [...shape], values: values.slice(), pixels };
}
