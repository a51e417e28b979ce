/** Which distilled image stands in which cell of a sheet. */

/** One row of cells; `cells` are image indices within step `step`. */
export interface GridRow {
  readonly step: number;
  readonly cells: readonly number[];
}

/** Rows that share a header; `classes` has one class index per column. */
export interface GridPanel {
  readonly classes: readonly number[];
  readonly rows: readonly GridRow[];
}

/**
 * Class of each image from label rows [S,n,K], row by row: the first maximum, or for K = 1 (one
 * logit) class 1 above 0.5, as in evaluation.
 */
export function labelClasses(
  labels: Float32Array,
  steps: number,
  count: number,
  classes: number,
): number[][] {
  const classOf = (row: Float32Array) =>
    row.length === 1 ? Number(row[0]! > 0.5) : row.indexOf(Math.max(...row));
  return Array.from({ length: steps }, (_, step) =>
    Array.from({ length: count }, (_, image) => {
      const start = (step * count + image) * classes;
      return Math.max(0, classOf(labels.subarray(start, start + classes)));
    }),
  );
}

/** Sizes of nearly equal parts of `total`, none above `limit`. */
function evenParts(total: number, limit: number): number[] {
  const parts = Math.ceil(total / limit);
  return Array.from(
    { length: parts },
    (_, part) => Math.floor(((part + 1) * total) / parts) - Math.floor((part * total) / parts),
  );
}

function split<T>(items: readonly T[], limit: number): T[][] {
  let start = 0;
  return evenParts(items.length, limit).map((size) => {
    start += size;
    return items.slice(start - size, start);
  });
}

function imagesByClass(classes: readonly number[]): Map<number, number[]> {
  const images = new Map<number, number[]>();
  for (const image of classes.keys()) {
    const own = images.get(classes[image]!);
    if (own) own.push(image);
    else images.set(classes[image]!, [image]);
  }
  return new Map([...images].sort(([a], [b]) => a - b));
}

/**
 * Panels of at most `maxColumns` columns for the classes [S][n] of the images. Where every step has
 * the same classes equally often (the usual case) columns are classes and each step has one row
 * per image of a class; otherwise each row is a panel of its own, in order of class.
 */
export function planPanels(classes: readonly number[][], maxColumns: number): GridPanel[] {
  const steps = classes.map(imagesByClass);
  const columns = [...steps[0]!.keys()];
  const perClass = steps[0]!.get(columns[0]!)!.length;
  const balanced = steps.every(
    (images) =>
      images.size === columns.length &&
      columns.every((column) => images.get(column)?.length === perClass),
  );
  if (balanced) {
    return split(columns, maxColumns).map((part) => ({
      classes: part,
      rows: steps.flatMap((images, step) =>
        Array.from({ length: perClass }, (_, copy) => ({
          step,
          cells: part.map((column) => images.get(column)![copy]!),
        })),
      ),
    }));
  }
  return steps.flatMap((images, step) =>
    split([...images.values()].flat(), maxColumns).map((cells) => ({
      classes: cells.map((image) => classes[step]![image]!),
      rows: [{ step, cells }],
    })),
  );
}
