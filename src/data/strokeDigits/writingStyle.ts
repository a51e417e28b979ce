/** A pen path through control points x0, y0, x1, y1, ...; a point given twice is a corner. */
export type Stroke = readonly number[];

/**
 * One way of writing a digit, as variants with the same strokes and numbers of points, so that
 * every weighted mean of the variants is a way of writing it too.
 *
 * Coordinates: x to the right, y down, the digit about 100 high.
 */
export interface WritingStyle {
  name: string;
  /** How often the style is chosen, relative to the digit's other styles. */
  weight: number;
  variants: readonly (readonly Stroke[])[];
}

/** A style from variants in the notation of SVG's points, "x,y x,y ...", strokes parted by "|". */
export function style(name: string, weight: number, ...variants: string[]): WritingStyle {
  return {
    name,
    weight,
    variants: variants.map((variant) =>
      variant.split("|").map((stroke) => stroke.trim().split(/[ ,]/).map(Number)),
    ),
  };
}
