/** Grey bytes as a canvas takes them. */

/** Pixels [H,W], 0 black and 255 white, as RGBA [H,W,4]. */
export function greyImage(pixels: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const image = new Uint8ClampedArray(4 * pixels.length).fill(255);
  for (const [at, level] of pixels.entries()) image.fill(level, 4 * at, 4 * at + 3);
  return image;
}
