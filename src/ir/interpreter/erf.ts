/**
 * The error function to about 1 unit in the last place.
 *
 * W. J. Cody, "Rational Chebyshev Approximations for the Error Function", Math. Comp. 23 (1969), with the
 * coefficients of his CALERF (netlib specfun): erf near 0, erfc on [0.46875, 4] and beyond 4.
 */
const erfNumerator = [
  0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694,
];
const erfDenominator = [
  1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171,
];
const middleNumerator = [
  2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163,
  298.6351381974001, 881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
];
const middleDenominator = [
  1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903,
  3290.7992357334597, 4362.619090143247, 3439.3676741437216, 1230.3393548037495,
];
const tailNumerator = [
  0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926,
  0.016083785148742275, 0.0006587491615298378,
];
const tailDenominator = [
  1, 2.568520192289822, 1.8729528499234604, 0.5279051029514285, 0.06051834131244132,
  0.0023352049762686918,
];

function polynomial(coefficients: readonly number[], x: number): number {
  let result = 0;
  for (const coefficient of coefficients) result = result * x + coefficient;
  return result;
}

/** erf(x) = 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size <= 0.46875) {
    const square = x * x;
    return (x * polynomial(erfNumerator, square)) / polynomial(erfDenominator, square);
  }
  if (size > 6) return Math.sign(x);
  let complement: number;
  if (size <= 4) {
    complement = polynomial(middleNumerator, size) / polynomial(middleDenominator, size);
  } else {
    const inverse = 1 / (size * size);
    const ratio = polynomial(tailNumerator, inverse) / polynomial(tailDenominator, inverse);
    complement = (1 / Math.sqrt(Math.PI) - inverse * ratio) / size;
  }
  return Math.sign(x) * (1 - Math.exp(-size * size) * complement);
}
