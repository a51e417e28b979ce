/** k-nearest-neighbour classification in pixel space. */

/** Distances: p = 1 adds absolute differences, p = 2 is Euclid's. */
export type Norm = 1 | 2;

/**
 * Indices [n,k] of the points nearest to every query, the nearest first; of equally near ones the first.
 * Queries are [n,size] and points [m,size].
 * @throws {RangeError} when there are fewer than k points.
 */
export function nearestNeighbours(
  queries: Float32Array,
  points: Float32Array,
  size: number,
  k: number,
  p: Norm,
): Uint32Array {
  const count = points.length / size;
  if (count < k) throw new RangeError(`expected at least ${k} points for k = ${k}, got ${count}`);
  const distance = p === 1 ? absoluteDistance : squaredDistance;
  const rows = queries.length / size;
  const nearest = new Uint32Array(rows * k);
  const distances = new Float64Array(k);
  for (let q = 0; q < rows; q++) {
    distances.fill(Number.POSITIVE_INFINITY);
    for (let i = 0; i < count; i++) {
      const d = distance(queries, q * size, points, i * size, size);
      if (!(d < distances[k - 1]!)) continue;
      let place = k - 1;
      for (; place > 0 && d < distances[place - 1]!; place--) {
        distances[place] = distances[place - 1]!;
        nearest[q * k + place] = nearest[q * k + place - 1]!;
      }
      distances[place] = d;
      nearest[q * k + place] = i;
    }
  }
  return nearest;
}

/**
 * The class that most of a query's k nearest neighbours have; of equally frequent ones that of the nearest neighbour
 * among them. `neighbours` are classes, the nearest first.
 */
export function vote(neighbours: readonly number[], k: number): number {
  const votes = new Map<number, number>();
  for (const label of neighbours.slice(0, k)) votes.set(label, (votes.get(label) ?? 0) + 1);
  let winner = neighbours[0]!;
  for (const [label, count] of votes) if (count > votes.get(winner)!) winner = label;
  return winner;
}

function squaredDistance(
  a: Float32Array,
  from: number,
  b: Float32Array,
  to: number,
  size: number,
): number {
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const difference = a[from + i]! - b[to + i]!;
    sum += difference * difference;
  }
  return sum;
}

function absoluteDistance(
  a: Float32Array,
  from: number,
  b: Float32Array,
  to: number,
  size: number,
): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += Math.abs(a[from + i]! - b[to + i]!);
  return sum;
}
