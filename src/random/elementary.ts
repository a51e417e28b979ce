/**
 * Logarithm, sine and cosine from + - * / alone. ECMAScript leaves the accuracy of `Math.log`,
 * `Math.cos` and `Math.sin` to the engine; these agree bit for bit wherever IEEE doubles do.
 */

const TWO_POW_32 = 4294967296;

/** ln 2 in two parts; the first has 32 bits, so that its product with an exponent is exact. */
const LN2_HIGH = 2977044472 / TWO_POW_32;
const LN2_LOW = -4.2009150726810846e-11;

/** pi/2 in three parts of 33, 31 and 53 bits (Cody and Waite's argument reduction). */
const HALF_PI_1 = 6746518852 / TWO_POW_32;
const HALF_PI_2 = 1121027177 / TWO_POW_32 / TWO_POW_32;
const HALF_PI_3 = 2.912732056093356e-20;

/** Up to here n * HALF_PI_1 is exact for the nearest multiple n of pi/2. */
const MAX_ANGLE = 1e6;

const QUARTER_TURN = 1073741824;
const RADIANS_PER_UNIT = HALF_PI_1 / QUARTER_TURN + HALF_PI_2 / QUARTER_TURN;

/** log(1 + f) - f = s (2 (s^2/3 + s^4/5 + ...) - f) with s = f / (2 + f), for |f| < 0.42. */
function log1pMinus(f: number): number {
  const s = f / (2 + f);
  const z = s * s;
  let series = 1 / 15 + z * (1 / 17 + z * (1 / 19 + z * (1 / 21 + z * (1 / 23))));
  series = 1 / 7 + z * (1 / 9 + z * (1 / 11 + z * (1 / 13 + z * series)));
  series = z * (1 / 3 + z * (1 / 5 + z * series));
  return s * (2 * series - f);
}

/** Natural logarithm; -Infinity at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN;
  if (x === Infinity) return x;
  let exponent = 0;
  while (x >= TWO_POW_32) {
    x /= TWO_POW_32;
    exponent += 32;
  }
  while (x < 1) {
    x *= TWO_POW_32;
    exponent -= 32;
  }
  const integerBits = 31 - Math.clz32(x);
  x /= (1 << integerBits) >>> 0;
  exponent += integerBits;
  if (x > Math.SQRT2) {
    x /= 2;
    exponent += 1;
  }
  const f = x - 1;
  return exponent * LN2_HIGH + (f + (log1pMinus(f) + exponent * LN2_LOW));
}

/** Taylor's series of the sine, |x| <= pi/4: the first term left out is below 1e-18. */
function sineSeries(x: number): number {
  const z = x * x;
  let series = 1 / 6227020800 + z * (-1 / 1307674368000 + z * (1 / 355687428096000));
  series = 1 / 362880 + z * (-1 / 39916800 + z * series);
  series = -1 / 6 + z * (1 / 120 + z * (-1 / 5040 + z * series));
  return x + x * (z * series);
}

/** Taylor's series of the cosine, |x| <= pi/4: the first term left out is below 1e-17. */
function cosineSeries(x: number): number {
  const z = x * x;
  let series = 1 / 479001600 + z * (-1 / 87178291200 + z * (1 / 20922789888000));
  series = -1 / 720 + z * (1 / 40320 + z * (-1 / 3628800 + z * series));
  return 1 - z * (0.5 - z * (1 / 24 + z * series));
}

/** sin(x + quadrant * pi/2) for |x| <= pi/4. */
function sineInQuadrant(x: number, quadrant: number): number {
  const value = quadrant & 1 ? cosineSeries(x) : sineSeries(x);
  return quadrant & 2 ? -value : value;
}

/** sin(x + shift * pi/2). */
function sineShifted(x: number, shift: number): number {
  if (!(x <= MAX_ANGLE && x >= -MAX_ANGLE)) {
    throw new RangeError(`sin and cos expect an angle within +-${MAX_ANGLE} radians, got ${x}.`);
  }
  const n = Math.floor(x / HALF_PI_1 + 0.5);
  const reduced = x - n * HALF_PI_1 - n * HALF_PI_2 - n * HALF_PI_3;
  return sineInQuadrant(reduced, n + shift);
}

/** Sine of x radians, |x| <= 1e6; throws a RangeError beyond. */
export function sin(x: number): number {
  return sineShifted(x, 0);
}

/** Cosine of x radians, |x| <= 1e6; throws a RangeError beyond. */
export function cos(x: number): number {
  return sineShifted(x, 1);
}

/** Sine of turn / 2^32 full turns, `turn` an unsigned 32-bit integer. */
export function sineOfTurn(turn: number): number {
  const quadrant = (turn + QUARTER_TURN / 2) >>> 30;
  const rest = (turn - quadrant * QUARTER_TURN) | 0;
  return sineInQuadrant(rest * RADIANS_PER_UNIT, quadrant);
}
