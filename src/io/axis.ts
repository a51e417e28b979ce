/** Maps values of one axis to positions in a chart. */
import { formatCount, formatNumber } from "./quantities.ts";
import { linearTicks, logTicks } from "./ticks.ts";

export type Scale = "linear" | "log";

export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** Share 0..1 of the way from low to high. */
  position(value: number): number;
}

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

function linearAxis(lowest: number, highest: number, count: number): Axis {
  const [low, high] =
    lowest < highest
      ? [lowest, highest]
      : [lowest - (Math.abs(lowest) || 1) / 2, lowest + (Math.abs(lowest) || 1) / 2];
  const ticks = linearTicks(low, high, count);
  return { low, high, ticks, position: (value) => (value - low) / (high - low) };
}

/** A linear axis over iterations with whole ticks, from zero where the first ones are near it. */
export function iterationAxis(values: readonly number[]): Axis {
  const [first, last] = extent(values);
  const axis = linearAxis(first > 0 && first < 0.05 * last ? 0 : first, last, 5);
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
    };
  }
  const room = (highest - lowest) * 0.06;
  const nearZero = lowest >= 0 && lowest < 0.35 * highest;
  return linearAxis(
    Math.max(limits[0], nearZero ? 0 : lowest - room),
    Math.min(limits[1], highest + room),
    5,
  );
}

/** A tick's label: whole numbers with separators, others with as few digits as they need. */
export function tickLabel(tick: number): string {
  return Number.isInteger(tick) ? formatCount(tick) : formatNumber(tick);
}
