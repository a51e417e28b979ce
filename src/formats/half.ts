const TWO_POW_MINUS_24 = 2 ** -24;

/** The number that IEEE binary16 bits stand for (exact). */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * TWO_POW_MINUS_24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
