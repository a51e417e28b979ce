/** An 8-bit raster in memory that rectangles and text are drawn on. */
import type { Raster } from "../formats/png.ts";
import { GLYPH_ROWS, paintText } from "./bitmapFont.ts";

export type Canvas = Raster;

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
