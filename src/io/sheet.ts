/** Draws panels of labelled image cells onto one canvas. */
import type { Normalization } from "../data/dataset.ts";
import { fitText, textWidth } from "./bitmapFont.ts";
import { type Canvas, createCanvas, drawText, fillRectangle, lineHeight } from "./canvas.ts";
import { type Contrast, type ContrastRange, contrastRange, greyLevel } from "./contrast.ts";

/** A row of images, each [C,H,W] in normalised space; `startsGroup` leaves more room above. */
export interface SheetRow {
  readonly label: string;
  readonly startsGroup: boolean;
  readonly cells: readonly Float32Array[];
}

/** Rows under one header of column labels. */
export interface SheetPanel {
  readonly header: readonly string[];
  readonly rows: readonly SheetRow[];
}

/** Image size in pixels, magnification, and pixel = value * std + mean per channel. */
export interface SheetStyle {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** The order of colour channels in the images; by default `rgb`. */
  readonly order?: Normalization["channels"];
  readonly contrast?: Contrast;
}

const CELL_SIZE = 112;
const SHEET_WIDTH = 1500;
const MARGIN = 18;
const GAP = 6;
const GROUP_GAP = 18;
const PANEL_GAP = 24;
const LABEL_GAP = 10;
const PAPER = 255;
const HAIRLINE = 208;
const INK = 40;

/** Whole-number magnification that brings an image to about 112 pixels. */
export function cellScale(height: number, width: number): number {
  return Math.max(1, Math.round(CELL_SIZE / Math.max(height, width)));
}

/** How many cells of a width in pixels fit beside each other on a sheet. */
export function maxColumns(cellWidth: number): number {
  return Math.max(1, Math.floor(SHEET_WIDTH / (cellWidth + GAP)));
}

function* denormalised(panels: readonly SheetPanel[], style: SheetStyle): Generator<number> {
  const area = style.height * style.width;
  for (const { rows } of panels) {
    for (const image of rows.flatMap((row) => row.cells)) {
      for (let channel = 0; channel < style.channels; channel++) {
        const mean = style.mean[channel]!;
        const std = style.std[channel]!;
        for (let i = channel * area; i < (channel + 1) * area; i++) yield image[i]! * std + mean;
      }
    }
  }
}

function drawImage(
  { pixels, width: stride }: Canvas,
  image: Float32Array,
  left: number,
  top: number,
  { channels, height, width, scale, mean, std, order }: SheetStyle,
  range: ContrastRange,
): void {
  for (let y = 0; y < height * scale; y++) {
    for (let x = 0; x < width * scale; x++) {
      const source = Math.floor(y / scale) * width + Math.floor(x / scale);
      const target = ((top + y) * stride + left + x) * channels;
      for (let channel = 0; channel < channels; channel++) {
        const pixel = image[channel * height * width + source]! * std[channel]! + mean[channel]!;
        pixels[target + (order === "bgr" ? channels - 1 - channel : channel)] = greyLevel(
          pixel,
          range,
        );
      }
    }
  }
}

function drawRowLabel(canvas: Canvas, label: string, top: number, cell: number, scale: number) {
  const lines = label.split("\n");
  const spacing = lineHeight(scale) + 2 * scale;
  const first = top + Math.max(0, Math.round((cell - spacing * lines.length + 4 * scale) / 2));
  lines.forEach((line, index) => {
    drawText(canvas, line, { left: MARGIN, top: first + index * spacing, scale }, INK);
  });
}

/** The sheet on white, with one contrast range for all of its images. */
export function drawSheet(panels: readonly SheetPanel[], style: SheetStyle): Canvas {
  const { channels, scale } = style;
  const cellWidth = style.width * scale;
  const cellHeight = style.height * scale;
  const textScale = Math.min(cellWidth, cellHeight) >= 64 ? 2 : 1;
  const headerHeight = lineHeight(textScale) + GAP - textScale;
  const rows = panels.flatMap((panel) => panel.rows);
  const labelWidth = Math.max(
    ...rows.flatMap(({ label }) => label.split("\n").map((line) => textWidth(line) * textScale)),
  );
  const left = MARGIN + (labelWidth > 0 ? labelWidth + LABEL_GAP : 0);
  const columns = Math.max(...panels.map(({ header }) => header.length));
  const groups = rows.filter((row) => row.startsGroup).length;
  const canvas = createCanvas(
    left + columns * (cellWidth + GAP) - GAP + MARGIN,
    2 * MARGIN -
      GAP +
      rows.length * (cellHeight + GAP) +
      groups * (GROUP_GAP - GAP) +
      panels.length * headerHeight +
      (panels.length - 1) * (PANEL_GAP - GAP),
    channels,
    PAPER,
  );
  const range = contrastRange(denormalised(panels, style), style.contrast ?? "auto");
  let top = MARGIN;
  for (const panel of panels) {
    panel.header.forEach((name, column) => {
      const text = fitText(name, Math.floor(cellWidth / textScale));
      const indent = Math.floor((cellWidth - textWidth(text) * textScale) / 2);
      const start = left + column * (cellWidth + GAP) + indent;
      drawText(canvas, text, { left: start, top, scale: textScale }, INK);
    });
    top += headerHeight;
    for (const row of panel.rows) {
      if (row.startsGroup) top += GROUP_GAP - GAP;
      drawRowLabel(canvas, row.label, top, cellHeight, textScale);
      row.cells.forEach((image, column) => {
        const start = left + column * (cellWidth + GAP);
        const frame = {
          left: start - 1,
          top: top - 1,
          width: cellWidth + 2,
          height: cellHeight + 2,
        };
        fillRectangle(canvas, frame, HAIRLINE);
        drawImage(canvas, image, start, top, style, range);
      });
      top += cellHeight + GAP;
    }
    top += PANEL_GAP - GAP;
  }
  return canvas;
}
