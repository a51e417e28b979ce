import { cos, sin } from "../../random/elementary.ts";
import type { Random } from "../../random/generator.ts";
import { WRITING_STYLES } from "./skeletons.ts";
import type { Stroke, WritingStyle } from "./writingStyle.ts";

/** A path of the pen: points x0, y0, x1, y1, ... close enough to be joined by straight lines. */
export type PenPath = Float64Array;

const TWO_PI = 6.283185307179586;

/** Straight pieces per pair of control points. */
const PIECES = 6;

/**
 * One person's writing of a digit: a mean of skeletons, unsteady, bent and slanted at random.
 * Any unit of length; the renderer fits it into its box.
 */
export function writeDigit(digit: number, rng: Random): PenPath[] {
  const skeleton = blend(chooseStyle(WRITING_STYLES[digit]!, rng), rng);
  const unsteadiness = 0.5 + 3 * rng.uniform();
  const paths = skeleton.map((stroke) => {
    const points = stroke.map((coordinate) => coordinate + unsteadiness * rng.normal());
    return splinePath(points);
  });
  proportion(paths, rng);
  bend(paths, rng);
  slant(paths, rng);
  return paths;
}

function chooseStyle(styles: readonly WritingStyle[], rng: Random): WritingStyle {
  const total = styles.reduce((sum, style) => sum + style.weight, 0);
  let rest = rng.uniform() * total;
  for (const style of styles) {
    rest -= style.weight;
    if (rest < 0) return style;
  }
  return styles[styles.length - 1]!;
}

/** A random weighted mean of a style's variants, most often near one or two of them. */
function blend({ variants }: WritingStyle, rng: Random): Stroke[] {
  const shares = variants.map(() => {
    const u = rng.uniform();
    return u * u * u;
  });
  const total = shares.reduce((sum, share) => sum + share, 0);
  return variants[0]!.map((stroke, s) =>
    stroke.map((_, c) =>
      variants.reduce((sum, variant, v) => sum + (shares[v]! / total) * variant[s]![c]!, 0),
    ),
  );
}

/** Catmull and Rom's spline through the control points, as a path of straight pieces. */
function splinePath(points: Stroke): PenPath {
  const count = points.length / 2;
  const path = new Float64Array(2 * ((count - 1) * PIECES + 1));
  let at = 0;
  for (let i = 0; i + 1 < count; i++) {
    for (let piece = 0; piece < PIECES; piece++) {
      const t = piece / PIECES;
      for (let axis = 0; axis < 2; axis++) {
        const p0 = points[2 * Math.max(i - 1, 0) + axis]!;
        const p1 = points[2 * i + axis]!;
        const p2 = points[2 * i + 2 + axis]!;
        const p3 = points[2 * Math.min(i + 2, count - 1) + axis]!;
        const cubic = 3 * (p1 - p2) + p3 - p0;
        const square = 2 * p0 - 5 * p1 + 4 * p2 - p3;
        path[at++] = p1 + (t / 2) * (p2 - p0 + t * (square + t * cubic));
      }
    }
  }
  path[at++] = points[2 * count - 2]!;
  path[at++] = points[2 * count - 1]!;
  return path;
}

/** Moves every point by a smooth random field: three plane waves for each axis. */
function bend(paths: readonly PenPath[], rng: Random): void {
  const waves = Array.from({ length: 6 }, (_, i) => ({
    axis: i % 2,
    amplitude: 3.2 * rng.normal(),
    alongX: (rng.uniform() - 0.5) * 0.025 * TWO_PI,
    alongY: (rng.uniform() - 0.5) * 0.025 * TWO_PI,
    phase: rng.uniform() * TWO_PI,
  }));
  for (const path of paths) {
    for (let i = 0; i < path.length; i += 2) {
      const x = path[i]!;
      const y = path[i + 1]!;
      for (const { axis, amplitude, alongX, alongY, phase } of waves) {
        path[i + axis]! += amplitude * sin(alongX * x + alongY * y + phase);
      }
    }
  }
}

/** Lets the upper half grow at the cost of the lower one or the reverse; likewise left and right. */
function proportion(paths: readonly PenPath[], rng: Random): void {
  const shift = [0.8 * (rng.uniform() - 0.5), 0.9 * (rng.uniform() - 0.5)];
  for (const path of paths) {
    for (let i = 0; i < path.length; i++) {
      const fraction = path[i]! / 100;
      if (fraction <= 0 || fraction >= 1) continue;
      path[i]! += 100 * shift[i % 2]! * fraction * (1 - fraction);
    }
  }
}

/** Narrows or widens, slants (most writing leans to the right) and turns the whole digit. */
function slant(paths: readonly PenPath[], rng: Random): void {
  const width = 0.55 + 0.55 * rng.uniform() + 0.4 * rng.uniform() * rng.uniform();
  const lean = 0.15 + 0.27 * rng.normal();
  const turn = 0.13 * rng.normal();
  const cosTurn = cos(turn);
  const sinTurn = sin(turn);
  for (const path of paths) {
    for (let i = 0; i < path.length; i += 2) {
      const y = path[i + 1]!;
      const x = width * path[i]! - lean * y;
      path[i] = cosTurn * x - sinTurn * y;
      path[i + 1] = sinTurn * x + cosTurn * y;
    }
  }
}
