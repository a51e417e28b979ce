/** Preparing long curves for drawing. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Mean of y over a window of `width` points around each, cut off at the ends; points that are not
 * finite are left out.
 */
export function runningMean(points: readonly Point[], width: number): Point[] {
  const finite = points.filter(({ y }) => Number.isFinite(y));
  const sums = [0];
  for (const { y } of finite) sums.push(sums.at(-1)! + y);
  return finite.map(({ x }, index) => {
    const start = Math.max(0, index - Math.floor(width / 2));
    const end = Math.min(finite.length, index + Math.floor(width / 2) + 1);
    return { x, y: (sums[end]! - sums[start]!) / (end - start) };
  });
}

/**
 * At most about 3 * `buckets` points that draw like all: the lowest and highest of each bucket of
 * neighbours, one that is not finite (a gap), and the two ends.
 */
export function thin(points: readonly Point[], buckets: number): readonly Point[] {
  if (points.length <= 2 * buckets) return points;
  const kept = new Set([0, points.length - 1]);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = Math.floor((bucket * points.length) / buckets);
    const end = Math.floor(((bucket + 1) * points.length) / buckets);
    let lowest = -1;
    let highest = -1;
    let gap = -1;
    for (let i = start; i < end; i++) {
      const { y } = points[i]!;
      if (!Number.isFinite(y)) gap = i;
      else {
        if (lowest < 0 || y < points[lowest]!.y) lowest = i;
        if (highest < 0 || y > points[highest]!.y) highest = i;
      }
    }
    for (const i of [lowest, highest, gap]) if (i >= 0) kept.add(i);
  }
  return [...kept].sort((a, b) => a - b).map((i) => points[i]!);
}
