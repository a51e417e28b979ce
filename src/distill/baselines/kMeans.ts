/** k-means clustering of points in a row-major array. */
import type { Random } from "../../random/generator.ts";

/** Passes over the points, at most. */
const MOST_PASSES = 200;

/** What is known of every point between two passes. */
interface Assignment {
  /** The centre of a point. */
  readonly centre: Uint32Array;
  /** At least its distance to that centre. */
  readonly upper: Float64Array;
  /** At most its distance to any other centre. */
  readonly lower: Float64Array;
}

/**
 * Centres [k,size] of points [N,size]: seeded by k-means++ (Arthur and Vassilvitskii 2007), then Lloyd's iterations to a
 * fixed point, where distances are only computed that the triangle inequality leaves open (Hamerly 2010). Equally near
 * centres: the first. A centre without points stays where it is.
 * @throws {RangeError} when there are fewer points than centres.
 */
export function kMeans(
  points: Float32Array,
  size: number,
  k: number,
  stream: Pick<Random, "integer" | "uniform">,
): Float32Array {
  const count = points.length / size;
  if (count < k) throw new RangeError(`expected at least ${k} points for k = ${k}, got ${count}`);
  const centres = seeds(points, size, k, stream);
  const assignment: Assignment = {
    centre: new Uint32Array(count),
    upper: new Float64Array(count).fill(Number.POSITIVE_INFINITY),
    lower: new Float64Array(count).fill(-1),
  };
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    if (!assign(points, size, centres, assignment) && pass > 0) break;
    moveCentres(points, size, centres, assignment);
  }
  return Float32Array.from(centres);
}

/** Points drawn one after the other with probability in proportion to the squared distance from those before. */
function seeds(
  points: Float32Array,
  size: number,
  k: number,
  stream: Pick<Random, "integer" | "uniform">,
): Float64Array {
  const count = points.length / size;
  const centres = new Float64Array(k * size);
  const weights = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  for (let j = 0; j < k; j++) {
    const chosen = j === 0 ? stream.integer(count) : drawn(weights, stream);
    centres.set(points.subarray(chosen * size, (chosen + 1) * size), j * size);
    for (let i = 0; i < count; i++) {
      weights[i] = Math.min(weights[i]!, squaredDistance(points, i, centres, j, size));
    }
  }
  return centres;
}

/** An index in proportion to its weight; any where all weights are zero, since all points are centres then. */
function drawn(weights: Float64Array, stream: Pick<Random, "integer" | "uniform">): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return stream.integer(weights.length);
  let left = stream.uniform() * total;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    last = i;
    left -= weights[i]!;
    if (left < 0) break;
  }
  return last;
}

/** Gives every point its nearest centre; whether any point has another one than before. */
function assign(
  points: Float32Array,
  size: number,
  centres: Float64Array,
  { centre, upper, lower }: Assignment,
): boolean {
  const k = centres.length / size;
  const alone = halfDistanceToNext(centres, size);
  let changed = false;
  for (let i = 0; i < centre.length; i++) {
    const bound = Math.max(alone[centre[i]!]!, lower[i]!);
    if (upper[i]! < bound) continue;
    upper[i] = Math.sqrt(squaredDistance(points, i, centres, centre[i]!, size));
    if (upper[i]! < bound) continue;
    let nearest = 0;
    let first = Number.POSITIVE_INFINITY;
    let second = Number.POSITIVE_INFINITY;
    for (let j = 0; j < k; j++) {
      const distance = squaredDistance(points, i, centres, j, size);
      if (distance < first) {
        second = first;
        first = distance;
        nearest = j;
      } else if (distance < second) second = distance;
    }
    changed ||= nearest !== centre[i];
    centre[i] = nearest;
    upper[i] = Math.sqrt(first);
    lower[i] = Math.sqrt(second);
  }
  return changed;
}

/** Half the distance of every centre to the nearest other one: points nearer to it than this belong to it. */
function halfDistanceToNext(centres: Float64Array, size: number): Float64Array {
  const k = centres.length / size;
  return Float64Array.from({ length: k }, (_, j) => {
    let nearest = Number.POSITIVE_INFINITY;
    for (let other = 0; other < k; other++) {
      if (other !== j)
        nearest = Math.min(nearest, squaredDistance(centres, j, centres, other, size));
    }
    return Math.sqrt(nearest) / 2;
  });
}

/** Moves every centre to the mean of its points and widens the bounds by how far the centres went. */
function moveCentres(
  points: Float32Array,
  size: number,
  centres: Float64Array,
  { centre, upper, lower }: Assignment,
): void {
  const k = centres.length / size;
  const counts = new Float64Array(k);
  const means = new Float64Array(centres.length);
  centre.forEach((j, i) => {
    counts[j] = counts[j]! + 1;
    for (let d = 0; d < size; d++) {
      means[j * size + d] = means[j * size + d]! + points[i * size + d]!;
    }
  });
  const moved = new Float64Array(k);
  for (let j = 0; j < k; j++) {
    if (counts[j] === 0) continue;
    for (let d = j * size; d < (j + 1) * size; d++) means[d] = means[d]! / counts[j]!;
    moved[j] = Math.sqrt(squaredDistance(means, j, centres, j, size));
    centres.set(means.subarray(j * size, (j + 1) * size), j * size);
  }
  const furthest = moved.reduce((most, distance) => Math.max(most, distance), 0);
  centre.forEach((j, i) => {
    upper[i] = upper[i]! + moved[j]!;
    lower[i] = lower[i]! - furthest;
  });
}

/** Between row i of one array and row j of another. */
function squaredDistance(
  rows: Float32Array | Float64Array,
  i: number,
  others: Float64Array,
  j: number,
  size: number,
): number {
  let sum = 0;
  for (let d = 0, a = i * size, b = j * size; d < size; d++) {
    const difference = rows[a + d]! - others[b + d]!;
    sum += difference * difference;
  }
  return sum;
}
