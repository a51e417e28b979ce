import { readFile } from "node:fs/promises";
import sharp from "sharp";
import type { ImageFile, Preprocessing } from "./listing.ts";

/** Of a JPEG file; other formats could claim more, which no photograph has. */
const MAX_SIDE = 65_535;

/**
 * Decodes an image to planes [C,size,size]: cropped, or turned upright where it is whole, without
 * transparency, and resized by cubic convolution (antialiased).
 *
 * @throws Error when the file cannot be read or decoded to its end, or claims an absurd size.
 */
export async function decodeImage(
  { path, crop }: Pick<ImageFile, "path" | "crop">,
  { size, channels, fit }: Preprocessing,
): Promise<Uint8Array> {
  const image = sharp(await readFile(path));
  const { width, height } = await image.metadata();
  if (Math.max(width, height) > MAX_SIDE) {
    throw new Error(`claims ${width}x${height} pixels, expected at most ${MAX_SIDE} a side`);
  }
  const { data, info } = await (crop ? image.extract(crop) : image.autoOrient())
    .removeAlpha()
    .resize(size, size, { fit: fit === "squash" ? "fill" : "cover", kernel: "cubic" })
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== channels) {
    throw new Error(`decoded to ${info.channels} channels, expected ${channels}`);
  }
  const planes = new Uint8Array(data.length);
  const plane = size * size;
  for (let i = 0; i < plane; i++) {
    for (let channel = 0; channel < channels; channel++) {
      planes[channel * plane + i] = data[i * channels + channel]!;
    }
  }
  return planes;
}
