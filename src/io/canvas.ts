/** An 8-bit raster in memory, encoded to PNG by sharp. */
import sharp from "sharp";
import { GLYPH_ROWS, paintText } from "./bitmapFont.ts";

/** Pixels [height,width,channels], row by row, 0 (black) to 255. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly pixels: Uint8Array;
}

/** A canvas of `width` x `height` pixels filled with one grey level. */
export function createCanvas(
  width: number,
  height: number,
  channels: 1 | 3,
  level: number,
): Canvas {
  return {
    width,
    height,
    channels,
    pixels: new Uint8Array(width * height * channels).fill(level),
  };
}

/** Fills a rectangle with one grey level; all of it must lie on the canvas. */
export function fillRectangle(
  { width: stride, channels, pixels }: Canvas,
  area: { left: number; top: number; width: number; height: number },
  level: number,
): void {
  for (let y = area.top; y < area.top + area.height; y++) {
    const start = (y * stride + area.left) * channels;
    pixels.fill(level, start, start + area.width * channels);
  }
}

/** Draws one line of text in a grey level, each font pixel as a square of `scale` pixels. */
export function drawText(
  canvas: Canvas,
  text: string,
  place: { left: number; top: number; scale: number },
  level: number,
): void {
  const { left, top, scale } = place;
  paintText(text, (x, y) =>
    fillRectangle(
      canvas,
      { left: left + x * scale, top: top + y * scale, width: scale, height: scale },
      level,
    ),
  );
}

/** Height of a line of text in pixels at a scale. */
export function lineHeight(scale: number): number {
  return GLYPH_ROWS * scale;
}

/** The canvas as a PNG file: 8-bit greyscale for one channel, RGB for three. */
export function encodePng({ width, height, channels, pixels }: Canvas): Promise<Buffer> {
  return sharp(pixels, { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .png({ compressionLevel: 9 })
    .toBuffer();
}
