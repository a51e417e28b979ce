import type { Normalization, Split } from "./dataset.ts";

/**
 * Mean and (population) standard deviation of pixel/255 per channel, over all images [N,C,H,W].
 * Counted by pixel value, so the result does not depend on summation order.
 * A constant channel gets std 1, which leaves its normalised values at 0.
 *
 * @throws RangeError for an empty split.
 */
export function meanStd(split: Split, channels: number): Normalization {
  const { images, count } = split;
  const plane = images.length / (count * channels);
  if (!Number.isInteger(plane) || plane === 0) {
    throw new RangeError(
      `Cannot take the mean of ${images.length} pixels as ${count} images of ${channels} channels.`,
    );
  }
  const histogram = new Float64Array(channels * 256);
  let at = 0;
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < channels * 256; row += 256) {
      for (const end = at + plane; at < end; at++) histogram[row + images[at]!]!++;
    }
  }
  const mean: number[] = [];
  const std: number[] = [];
  const total = count * plane;
  for (let channel = 0; channel < channels; channel++) {
    const counts = histogram.subarray(channel * 256, (channel + 1) * 256);
    const sum = counts.reduce((acc, times, pixel) => acc + times * pixel, 0);
    const squares = counts.reduce((acc, times, pixel) => acc + times * pixel * pixel, 0);
    const variance = squares / total - (sum / total) ** 2;
    const constant = counts.some((times) => times === total);
    mean.push(sum / total / 255);
    std.push(constant ? 1 : Math.sqrt(variance) / 255);
  }
  return { mean, std };
}
