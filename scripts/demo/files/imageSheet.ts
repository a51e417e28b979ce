/** The learned images as one PNG picture. */

interface Sheet {
  /** RGBA [S*n,H,W,4] */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  /** [S,n,C,H,W] */
  readonly shape: readonly number[];
}

/** About so many pixels wide is an image, in whole multiples of its own. */
const SIDE = 112;
const GAP = 8;

/** A row of images for each step, on white. */
export async function imageSheet({ pixels, shape }: Sheet): Promise<Blob> {
  const [steps = 1, perStep = 1, , height = 1, width = 1] = shape;
  const scale = Math.max(1, Math.round(SIDE / width));
  const [cellWidth, cellHeight] = [width * scale + GAP, height * scale + GAP];
  const sheet = new OffscreenCanvas(perStep * cellWidth + GAP, steps * cellHeight + GAP);
  const context = sheet.getContext("2d")!;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.imageSmoothingEnabled = false;
  const size = 4 * height * width;
  for (let image = 0; image < steps * perStep; image++) {
    const cell = new OffscreenCanvas(width, height);
    const own = pixels.subarray(image * size, (image + 1) * size);
    cell.getContext("2d")!.putImageData(new ImageData(own, width, height), 0, 0);
    const left = GAP + (image % perStep) * cellWidth;
    const top = GAP + Math.floor(image / perStep) * cellHeight;
    context.drawImage(cell, left, top, width * scale, height * scale);
  }
  return sheet.convertToBlob({ type: "image/png" });
}
