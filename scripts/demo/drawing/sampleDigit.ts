/** Digits in somebody's handwriting, to read without drawing any. */
import { writeDigit } from "../../../src/data/strokeDigits/handwriting.ts";
import { random } from "../../../src/random/generator.ts";
import { PAD_SIZE, type Stroke } from "./strokes.ts";

/** How much of the pad a sample fills. */
const SIZE = 70;

/** A digit as strokes on the pad; each `variant` is written in another way. */
export function sampleDigit(digit: number, variant: number): readonly Stroke[] {
  const paths = writeDigit(digit, random(variant, "sample digits of the page", digit));
  const coordinates = (axis: number) =>
    paths.flatMap((path) => [...path].filter((_, i) => i % 2 === axis));
  const [xs, ys] = [coordinates(0), coordinates(1)];
  const [left, right, top, bottom] = [
    Math.min(...xs),
    Math.max(...xs),
    Math.min(...ys),
    Math.max(...ys),
  ];
  const scale = SIZE / Math.max(right - left, bottom - top);
  const middle = PAD_SIZE / 2;
  return paths.map((path) =>
    Array.from({ length: path.length / 2 }, (_, i) => ({
      x: middle + scale * (path[2 * i]! - (left + right) / 2),
      y: middle + scale * (path[2 * i + 1]! - (top + bottom) / 2),
    })),
  );
}
