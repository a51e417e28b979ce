/** Comparing float32 results with the float64 oracle. */

/** The same numbers rounded to float32, so that the oracle starts from what the runtime is fed. */
export function roundToFloat32(numbers: ArrayLike<number>): Float64Array {
  return Float64Array.from(numbers, Math.fround);
}

/**
 * Relative L2 error |actual - expected| / |expected|, and |actual| itself where expected is zero.
 *
 * NaN where a difference is NaN, so that `relativeError(..) <= tolerance` fails; equal infinities agree.
 * @throws {RangeError} when the lengths differ.
 */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) {
    throw new RangeError(`comparing ${actual.length} numbers with ${expected.length}`);
  }
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    if (actual[i] === expected[i] && !Number.isFinite(expected[i])) continue;
    difference += (actual[i] - expected[i]) ** 2;
    norm += expected[i] ** 2;
  }
  return Math.sqrt(norm === 0 ? difference : difference / norm);
}
