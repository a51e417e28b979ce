import { sin } from "../../random/elementary.ts";
import type { Random } from "../../random/generator.ts";
import type { PenPath } from "./handwriting.ts";

/** Height and width of an image in pixels. */
export const IMAGE_SIZE = 28;

/** The longer side of the box that the ink fits into. */
const BOX_SIZE = 20;

const TWO_PI = 6.283185307179586;

/** The pen of one image: its radius in pixels, how much pressure changes it, how soft its edge is. */
interface Pen {
  radius: number;
  variation: number;
  phase: number;
  wavesPerPoint: number;
  softness: number;
}

/** What `choosePen` gives in the mean, at even pressure. */
const AVERAGE_PEN: Pen = { radius: 1.4, variation: 0, phase: 0, wavesPerPoint: 0, softness: 1.3 };

/**
 * Draws pen paths as MNIST's digits are drawn (LeCun et al. 1998, section 3.1): scaled to fit a
 * 20 x 20 box, then moved by whole pixels until the centre of mass is the centre of the image.
 * Ink is 255, paper 0. Writes [28, 28] bytes to `image`, which must be zero.
 */
export function drawPaths(paths: readonly PenPath[], rng: Random, image: Uint8Array): void {
  const pen = choosePen(rng);
  const middle = () => IMAGE_SIZE / 2 + rng.uniform() - 0.5;
  drawWith(pen, paths, [middle(), middle()], image);
}

/** The same with an average pen and nothing left to chance: for what a person drew. */
export function drawHandwriting(paths: readonly PenPath[], image: Uint8Array): void {
  const middle = IMAGE_SIZE / 2;
  drawWith(AVERAGE_PEN, paths, [middle, middle], image);
}

function drawWith(
  pen: Pen,
  paths: readonly PenPath[],
  middle: readonly [number, number],
  image: Uint8Array,
): void {
  fitBox(paths, BOX_SIZE - 2 * pen.radius, middle);
  const ink = new Float64Array(IMAGE_SIZE * IMAGE_SIZE);
  for (const path of paths) drawPath(path, pen, ink);
  const { dx, dy } = centring(ink);
  for (let y = 0; y < IMAGE_SIZE; y++) {
    for (let x = 0; x < IMAGE_SIZE; x++) {
      const fromX = x - dx;
      const fromY = y - dy;
      if (fromX < 0 || fromX >= IMAGE_SIZE || fromY < 0 || fromY >= IMAGE_SIZE) continue;
      image[y * IMAGE_SIZE + x] = Math.floor(255 * ink[fromY * IMAGE_SIZE + fromX]! + 0.5);
    }
  }
}

function choosePen(rng: Random): Pen {
  return {
    radius: 0.7 + rng.uniform() + 0.8 * rng.uniform() * rng.uniform(),
    variation: 0.25 * rng.uniform(),
    phase: TWO_PI * rng.uniform(),
    wavesPerPoint: 0.02 + 0.04 * rng.uniform(),
    softness: 1 + 0.6 * rng.uniform(),
  };
}

/** Scales the paths to a bounding box of longer side `size` around `target`. */
function fitBox(paths: readonly PenPath[], size: number, target: readonly [number, number]): void {
  const lowest = [Infinity, Infinity];
  const highest = [-Infinity, -Infinity];
  for (const path of paths) {
    for (let i = 0; i < path.length; i++) {
      lowest[i % 2] = Math.min(lowest[i % 2]!, path[i]!);
      highest[i % 2] = Math.max(highest[i % 2]!, path[i]!);
    }
  }
  const scale = size / Math.max(highest[0]! - lowest[0]!, highest[1]! - lowest[1]!);
  for (let axis = 0; axis < 2; axis++) {
    const middle = (lowest[axis]! + highest[axis]!) / 2;
    for (const path of paths) {
      for (let i = axis; i < path.length; i += 2)
        path[i] = target[axis]! + scale * (path[i]! - middle);
    }
  }
}

/** The darkest of the path's pieces at every pixel: 1 inside the pen's radius, 0 outside. */
function drawPath(path: PenPath, pen: Pen, ink: Float64Array): void {
  const reach = pen.radius * (1 + pen.variation) + pen.softness;
  for (let i = 0; i + 3 < path.length; i += 2) {
    const ax = path[i]!;
    const ay = path[i + 1]!;
    const abx = path[i + 2]! - ax;
    const aby = path[i + 3]! - ay;
    const lengthSquared = abx * abx + aby * aby;
    const pressure = sin(pen.phase + (TWO_PI * pen.wavesPerPoint * i) / 2);
    const radius = pen.radius * (1 + pen.variation * pressure);
    const left = Math.max(0, Math.floor(Math.min(ax, ax + abx) - reach));
    const right = Math.min(IMAGE_SIZE - 1, Math.floor(Math.max(ax, ax + abx) + reach));
    const top = Math.max(0, Math.floor(Math.min(ay, ay + aby) - reach));
    const bottom = Math.min(IMAGE_SIZE - 1, Math.floor(Math.max(ay, ay + aby) + reach));
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const px = x + 0.5 - ax;
        const py = y + 0.5 - ay;
        const along = lengthSquared > 0 ? (px * abx + py * aby) / lengthSquared : 0;
        const t = Math.max(0, Math.min(along, 1));
        const qx = px - t * abx;
        const qy = py - t * aby;
        const coverage = (radius - Math.sqrt(qx * qx + qy * qy)) / pen.softness + 0.5;
        const at = y * IMAGE_SIZE + x;
        if (coverage > ink[at]!) ink[at] = Math.min(coverage, 1);
      }
    }
  }
}

/** The whole-pixel move that brings the centre of mass nearest to the image's centre. */
function centring(ink: Float64Array): { dx: number; dy: number } {
  let mass = 0;
  let massX = 0;
  let massY = 0;
  for (let y = 0; y < IMAGE_SIZE; y++) {
    for (let x = 0; x < IMAGE_SIZE; x++) {
      const value = ink[y * IMAGE_SIZE + x]!;
      mass += value;
      massX += value * (x + 0.5);
      massY += value * (y + 0.5);
    }
  }
  const centre = IMAGE_SIZE / 2;
  return {
    dx: Math.floor(centre - massX / mass + 0.5),
    dy: Math.floor(centre - massY / mass + 0.5),
  };
}
