/** How far two sets of tensors are from each other. */

export type Numbers = Float64Array | Float32Array;
export type ByTensor = ReadonlyMap<string, Numbers>;

/** A tensor that holds less than this share of all is compared with the share: its own digits are noise. */
const SHARE = 1e-3;

/** Relative L2 error |actual - expected| / |expected|, all tensors taken as one. */
export function distance(actual: ByTensor, expected: ByTensor): number {
  let squares = 0;
  for (const [name, numbers] of expected) squares += differenceOf(actual.get(name)!, numbers) ** 2;
  return Math.sqrt(squares) / normOf(expected);
}

/** The same of each tensor. */
export function distances(actual: ByTensor, expected: ByTensor): Map<string, number> {
  const least = SHARE * normOf(expected);
  return new Map(
    [...expected].map(([name, numbers]) => [
      name,
      differenceOf(actual.get(name)!, numbers) / Math.max(norm(numbers), least),
    ]),
  );
}

const normOf = (tensors: ByTensor): number => Math.hypot(...[...tensors.values()].map(norm));

function norm(numbers: Numbers): number {
  let squares = 0;
  for (const number of numbers) squares += number * number;
  return Math.sqrt(squares);
}

function differenceOf(a: Numbers, b: Numbers): number {
  let squares = 0;
  for (let i = 0; i < b.length; i++) squares += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(squares);
}
