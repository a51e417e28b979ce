/** Images in planes as a canvas takes them. */

/** Bytes [C,H,W], grey or of three colours, as RGBA [H,W,4]. */
export function planarImage(planes: Uint8Array, channels: number): Uint8ClampedArray<ArrayBuffer> {
  const size = planes.length / channels;
  const image = new Uint8ClampedArray(4 * size).fill(255);
  for (let at = 0; at < size; at++) {
    for (let colour = 0; colour < 3; colour++)
      image[4 * at + colour] = planes[channels === 3 ? colour * size + at : at]!;
  }
  return image;
}
