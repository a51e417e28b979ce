/** Round values at which an axis is labelled. */

/** Significant digits of a tick: what is beyond them is the rounding of its product. */
export const TICK_DIGITS = 12;

/** Multiples of 1, 2 or 5 times a power of ten within [low, high], about `count` of them. */
export function linearTicks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((multiple) => multiple * power >= rough * 0.999) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(TICK_DIGITS)),
  );
}

/** Powers of ten within [low, high] (both positive), with 2 and 5 times them where there is room. */
export function logTicks(low: number, high: number, count: number): number[] {
  const from = Math.floor(Math.log10(low));
  const decades = Math.ceil(Math.log10(high)) - from + 1;
  const within = (multiples: number[], stride = 1) =>
    Array.from({ length: decades }, (_, index) => from + index)
      .filter((exponent) => exponent % stride === 0)
      .flatMap((exponent) => multiples.map((m) => Number(`${m}e${exponent}`)))
      .filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
  const choices = [within([1, 2, 5]), within([1, 3]), within([1]), within([1], 2), within([1], 4)];
  const fitting = choices.find((ticks) => ticks.length <= count) ?? choices.at(-1)!;
  return fitting.length >= 2 ? fitting : linearTicks(low, high, count).filter((tick) => tick > 0);
}
