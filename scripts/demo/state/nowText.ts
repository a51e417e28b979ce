/** The values of now beside a chart, as exact as its axis. */
import type { Axis } from "../../../src/io/axis.ts";

/** What is longer would not stand beside a chart's title. */
const MOST_CHARACTERS = 20;

/** One value for all where they read alike, else each of them; lowest and highest where these are too many. */
export function nowText(values: readonly number[], axis: Axis, unit: string): string {
  if (values.length === 0) return "";
  const text = (value: number): string => axis.text(value) + unit;
  const [lowest, highest] = [text(Math.min(...values)), text(Math.max(...values))];
  if (lowest === highest) return lowest;
  const each = values.map(text).join("  ");
  return each.length <= MOST_CHARACTERS ? each : `${lowest} to ${highest}`;
}
