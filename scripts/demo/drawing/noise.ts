/** What distillation starts from, for the eye: grey noise in the place of the images to come. */
import { random } from "../../../src/random/generator.ts";

/** RGBA [S*n,H,W,4] for images [S,n,C,H,W]. */
export function noisePixels(shape: readonly number[]): Uint8ClampedArray<ArrayBuffer> {
  const [steps = 1, perStep = 1, , height = 1, width = 1] = shape;
  const stream = random(1, "noise of the page");
  const pixels = new Uint8ClampedArray(4 * steps * perStep * height * width).fill(255);
  for (let at = 0; at < pixels.length; at += 4) pixels.fill(127 + 50 * stream.normal(), at, at + 3);
  return pixels;
}
