/** Sheets of distilled images as PNG files: one row per step, and strips over time. */
import { encodePng } from "../formats/png.ts";
import type { Contrast } from "./contrast.ts";
import { labelClasses, planPanels } from "./gridLayout.ts";
import { formatCount } from "./quantities.ts";
import { cellScale, drawSheet, maxColumns, type SheetPanel } from "./sheet.ts";

/** Row-major float32 values of a shape. */
export interface FloatTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** What all sheets need to know of the data. */
export interface SheetOptions {
  /** [S,n,K] one-hot or soft; an image is named after its largest label. */
  readonly labels: FloatTensor;
  /** Per channel: pixel = value * std + mean. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Class names; a class without a name shows its index. */
  readonly classes?: readonly string[];
  /** Default `auto`: [0,1] where all pixels lie in it, else mean -+ 2.5 std of the whole sheet. */
  readonly contrast?: Contrast;
}

export interface GridOptions extends SheetOptions {
  /** [S,n,C,H,W] in normalised space, C = 1 or 3. */
  readonly images: FloatTensor;
  /** Left of each step's first row, lines separated by a newline; default "step 1", ... */
  readonly stepLabels?: readonly string[];
}

/** The distilled images [S,n,C,H,W] after an outer iteration. */
export interface Snapshot {
  readonly iteration: number;
  readonly images: FloatTensor;
}

type Dimensions = [steps: number, count: number, channels: 1 | 3, height: number, width: number];

function dimensionsOf({ data, shape }: FloatTensor): Dimensions {
  const [, , channels] = shape;
  const size = shape.reduce((product, length) => product * length, 1);
  if (shape.length !== 5 || size === 0 || size !== data.length) {
    throw new Error(
      `expected images [S,n,C,H,W], got shape [${shape.join(",")}] with ${data.length} values`,
    );
  }
  if (channels !== 1 && channels !== 3) {
    throw new Error(`expected 1 or 3 channels to draw, got ${channels} in [${shape.join(",")}]`);
  }
  return shape as unknown as Dimensions;
}

function classesOf(labels: FloatTensor, steps: number, count: number): number[][] {
  const [s, n, k] = labels.shape;
  if (labels.shape.length !== 3 || s !== steps || n !== count || !k) {
    throw new Error(`expected labels [${steps},${count},K], got [${labels.shape.join(",")}]`);
  }
  return labelClasses(labels.data, steps, count, k);
}

function checkNormalisation({ mean, std }: SheetOptions, channels: number): void {
  if (mean.length !== channels || std.length !== channels) {
    throw new Error(
      `expected ${channels} means and standard deviations, got ${mean.length} and ${std.length}`,
    );
  }
}

/**
 * A PNG sheet of distilled images: a column per class under its name, a row per step and image of
 * a class; many classes continue in panels below. Cells are whole multiples of the image's size.
 * Throws where shapes do not fit together or C is neither 1 nor 3.
 */
export async function renderGrid(options: GridOptions): Promise<Uint8Array> {
  const [steps, count, channels, height, width] = dimensionsOf(options.images);
  checkNormalisation(options, channels);
  const scale = cellScale(height, width);
  const classes = classesOf(options.labels, steps, count);
  const labelOf = (step: number) =>
    options.stepLabels?.[step] ?? (steps > 1 ? `step ${step + 1}` : "");
  const size = channels * height * width;
  const panels = planPanels(classes, maxColumns(width * scale)).map(
    (panel): SheetPanel => ({
      header: panel.classes.map((index) => options.classes?.[index] ?? String(index)),
      rows: panel.rows.map(({ step, cells }, row) => {
        const first = panel.rows[row - 1]?.step !== step;
        return {
          label: first ? labelOf(step) : "",
          startsGroup: first && row > 0 && count > panel.classes.length,
          cells: cells.map((image) => {
            const start = (step * count + image) * size;
            return options.images.data.subarray(start, start + size);
          }),
        };
      }),
    }),
  );
  return encodePng(drawSheet(panels, { ...options, channels, height, width, scale }));
}

/**
 * A PNG strip over time: a row per snapshot, in it the first image of each class of step `step`
 * (default 0), as many classes as fit one row. All rows share one contrast, so growth shows.
 * Throws where there is no snapshot or shapes do not fit together.
 */
export async function renderStrip(
  snapshots: readonly Snapshot[],
  options: SheetOptions & { readonly step?: number },
): Promise<Uint8Array> {
  if (snapshots.length === 0) throw new Error("expected at least one snapshot, got none");
  const shape = snapshots[0]!.images.shape;
  const [steps, count, channels, height, width] = dimensionsOf(snapshots[0]!.images);
  checkNormalisation(options, channels);
  const step = options.step ?? 0;
  const classes = classesOf(options.labels, steps, count)[step];
  if (!classes) throw new Error(`expected a step below ${steps}, got ${step}`);
  const scale = cellScale(height, width);
  const shown = [...new Set(classes)].sort((a, b) => a - b).slice(0, maxColumns(width * scale));
  const size = channels * height * width;
  const rows = snapshots.map(({ iteration, images }, row) => {
    if (dimensionsOf(images).some((length, axis) => length !== shape[axis])) {
      throw new Error(
        `expected images [${shape.join(",")}] as in the first snapshot, got [${images.shape.join(",")}] in snapshot ${row}`,
      );
    }
    return {
      label: `iteration\n${formatCount(iteration)}`,
      startsGroup: false,
      cells: shown.map((index) => {
        const start = (step * count + classes.indexOf(index)) * size;
        return images.data.subarray(start, start + size);
      }),
    };
  });
  const header = shown.map((index) => options.classes?.[index] ?? String(index));
  return encodePng(drawSheet([{ header, rows }], { ...options, channels, height, width, scale }));
}
