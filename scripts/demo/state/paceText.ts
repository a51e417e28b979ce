/** How fast a run goes, and what is left of it. */
import { formatClock, formatDuration } from "../../../src/io/quantities.ts";

/** Slower runs are told by the seconds of an iteration. */
const SLOW = 1;

export function paceText(
  iteration: number,
  iterations: number,
  perSecond: number | undefined,
): string {
  if (iteration === 0) return "the first one takes longest";
  if (!perSecond) return "";
  const speed =
    perSecond < SLOW
      ? `${formatDuration(1 / perSecond)} each`
      : `${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond)} a second`;
  return `${speed}, ${formatClock((iterations - iteration) / perSecond)} left`;
}
