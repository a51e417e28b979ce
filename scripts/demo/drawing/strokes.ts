/** What a person draws: strokes on a square of 100 x 100, the top left corner being the origin. */
import type { PenPath } from "../../../src/data/strokeDigits/handwriting.ts";
import { drawHandwriting, IMAGE_SIZE } from "../../../src/data/strokeDigits/pen.ts";

export interface Position {
  readonly x: number;
  readonly y: number;
}

export type Stroke = readonly Position[];

export const PAD_SIZE = 100;
/** The longer side of the smallest drawing that is taken for one, rather than a slip of the pen. */
const LEAST_SIZE = 10;

/** The strokes with a point added to the last one. */
export const extended = (strokes: readonly Stroke[], position: Position): readonly Stroke[] => [
  ...strokes.slice(0, -1),
  [...(strokes.at(-1) ?? []), onPad(position)],
];

/** The strokes and the beginning of a new one. */
export const begun = (strokes: readonly Stroke[], position: Position): readonly Stroke[] => [
  ...strokes,
  [onPad(position)],
];

const onPad = ({ x, y }: Position): Position => ({ x: within(x), y: within(y) });
const within = (value: number): number => Math.min(PAD_SIZE, Math.max(0, value));

/**
 * A drawing as the stroke digits are drawn: [28,28] bytes, ink 255 on 0, fitted into the middle 20 x 20 pixels and
 * centred by its mass. Undefined where there is next to nothing.
 */
export function toImage(strokes: readonly Stroke[]): Uint8Array | undefined {
  const points = strokes.flat();
  const extent = (of: (point: Position) => number) =>
    Math.max(...points.map(of)) - Math.min(...points.map(of));
  if (
    points.length === 0 ||
    Math.max(
      extent(({ x }) => x),
      extent(({ y }) => y),
    ) < LEAST_SIZE
  ) {
    return undefined;
  }
  const image = new Uint8Array(IMAGE_SIZE * IMAGE_SIZE);
  drawHandwriting(strokes.map(penPath), image);
  return image;
}

/** A stroke of one point is a dot: a line from the point to itself. */
const penPath = (stroke: Stroke): PenPath =>
  Float64Array.from(
    (stroke.length === 1 ? [...stroke, ...stroke] : stroke).flatMap(({ x, y }) => [x, y]),
  );
