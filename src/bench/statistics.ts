/** Statistics of repeated timings. */

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Median, minimum and maximum; the median of an even number of values is the mean of the middle two.
 * @throws {RangeError} when there are none.
 */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError("the median of no values is not defined");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [below, above] = [sorted[Math.ceil(middle) - 1]!, sorted[Math.floor(middle)]!];
  return { median: (below + above) / 2, min: sorted[0]!, max: sorted.at(-1)! };
}
