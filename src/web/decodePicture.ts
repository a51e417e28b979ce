/** Pictures as a browser decodes them. */
import { resizeBicubic } from "../data/resize.ts";

/**
 * Decodes a picture to planes [C,size,size]: upright, cropped to a square at its centre, resized by cubic convolution;
 * what is transparent is black. One channel is the luma of ITU-R BT.601.
 *
 * @throws Error when the browser cannot decode it.
 */
export async function decodePicture(
  content: Blob,
  { size, channels }: { readonly size: number; readonly channels: 1 | 3 },
): Promise<Uint8Array> {
  const bitmap = await createImageBitmap(content).catch(() => {
    throw new Error("the browser cannot decode it");
  });
  const { width, height } = bitmap;
  const side = Math.min(width, height);
  const context = new OffscreenCanvas(side, side).getContext("2d", {
    alpha: false,
    willReadFrequently: true,
  })!;
  context.drawImage(bitmap, Math.floor((side - width) / 2), Math.floor((side - height) / 2));
  bitmap.close();
  const { data } = context.getImageData(0, 0, side, side);
  return resizeBicubic(planesOf(data, channels), [side, side], [size, size]);
}

/** RGBA [h,w,4] to planes [C,h,w]. */
function planesOf(data: Uint8ClampedArray, channels: 1 | 3): Uint8Array {
  const plane = data.length / 4;
  const planes = new Uint8Array(channels * plane);
  for (let i = 0; i < plane; i++) {
    const [red, green, blue] = [data[4 * i]!, data[4 * i + 1]!, data[4 * i + 2]!];
    if (channels === 1) {
      planes[i] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    } else {
      planes[i] = red;
      planes[plane + i] = green;
      planes[2 * plane + i] = blue;
    }
  }
  return planes;
}
