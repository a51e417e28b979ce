/** The order of colour channels. */
import type { Dataset, Split } from "./dataset.ts";

/** The same images [N,C,H,W] with their channels in reverse order: RGB becomes BGR. Copies the images. */
export function reverseChannels(dataset: Dataset): Dataset {
  const [channels, height, width] = dataset.shape;
  const reversed = (split: Split): Split => ({
    ...split,
    images: reversePlanes(split.images, channels, height * width),
  });
  return { ...dataset, train: reversed(dataset.train), test: reversed(dataset.test) };
}

function reversePlanes(images: Uint8Array, channels: number, plane: number): Uint8Array {
  const out = new Uint8Array(images.length);
  for (let start = 0; start < images.length; start += channels * plane) {
    for (let channel = 0; channel < channels; channel++) {
      const from = start + channel * plane;
      out.set(images.subarray(from, from + plane), start + (channels - 1 - channel) * plane);
    }
  }
  return out;
}
