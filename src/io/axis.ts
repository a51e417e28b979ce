/** Maps values of one axis to positions in a chart. */
import { formatCount, formatDigits, formatNumber } from "./quantities.ts";
import { linearTicks, logTicks, TICK_DIGITS } from "./ticks.ts";

export type Scale = "linear" | "log";

export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** Share 0..1 of the way from low to high. */
  position(value: number): number;
  /** A value with decimals for three digits of the largest and for a tenth of the axis, the same number for all. */
  text(value: number): string;
}

/** Values that move less than this share of their size do so in the middle of an axis. */
const LEAST_SPAN = 0.01;

/** Axes whose values are all smaller write them with exponents. */
const SMALL = 1e-3;

/** Lowest and highest of the values that are finite and above `floor`; [1, 1] where there are none. */
function extent(values: readonly number[], floor = Number.NEGATIVE_INFINITY): [number, number] {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value) || value <= floor) continue;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  return lowest <= highest ? [lowest, highest] : [1, 1];
}

/** `[low, high]`, or around one value alone half as much as it is. */
function opened(low: number, high: number): [number, number] {
  const half = (Math.abs(low) || 1) / 2;
  return low < high ? [low, high] : [low - half, low + half];
}

function linearAxis(low: number, high: number, count: number): Axis {
  const ticks = linearTicks(low, high, count);
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const decimals = Math.max(
    3 - Math.ceil(Math.log10(largest)),
    2 - Math.ceil(Math.log10(high - low)),
  );
  const small = largest < SMALL;
  return {
    low,
    high,
    ticks,
    position: (value) => (value - low) / (high - low),
    text: (value) => (small ? withExponent(value, decimals) : withDecimals(value, decimals)),
  };
}

function withDecimals(value: number, decimals: number): string {
  const digits = Math.max(0, decimals);
  return value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function withExponent(value: number, decimals: number): string {
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  return value.toExponential(Math.max(0, exponent + decimals));
}

/** A linear axis over iterations with whole ticks, from zero where the first ones are near it. */
export function iterationAxis(values: readonly number[]): Axis {
  const [first, last] = extent(values);
  const axis = linearAxis(...opened(first > 0 && first < 0.05 * last ? 0 : first, last), 5);
  return { ...axis, ticks: axis.ticks.filter(Number.isInteger) };
}

/**
 * An axis with a little room around the values, within `limits`. A linear one starts at zero
 * where zero is near. A log axis needs positive values; others are left out.
 */
export function valueAxis(
  values: readonly number[],
  scale: Scale,
  limits: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): Axis {
  const [lowest, highest] = extent(values, scale === "log" ? 0 : undefined);
  if (scale === "log") {
    const room = Math.max(1.1, (highest / lowest) ** 0.05);
    const [low, high] = [lowest / room, highest * room];
    const length = Math.log(high / low);
    return {
      low,
      high,
      ticks: logTicks(low, high, 6),
      position: (value) => (value > 0 ? Math.log(value / low) / length : Number.NaN),
      text: (value) => formatNumber(value),
    };
  }
  const moved = highest - lowest;
  const room = Math.max(moved * 0.06, (LEAST_SPAN * Math.abs(highest) - moved) / 2);
  const nearZero = lowest >= 0 && lowest < 0.35 * highest;
  const [low, high] =
    moved > 0 ? [nearZero ? 0 : lowest - room, highest + room] : opened(lowest, highest);
  return linearAxis(Math.max(limits[0], low), Math.min(limits[1], high), 5);
}

/** A tick's label, with all of its digits and so unlike that of every other tick: "2,000", "0.1", "0.01002". */
export function tickLabel(tick: number): string {
  return Number.isInteger(tick) ? formatCount(tick) : formatDigits(tick, TICK_DIGITS);
}
