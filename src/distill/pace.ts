/** Speed of a loop over its last seconds, so that a slow start or a pause is soon forgotten. */

export interface Pace {
  /** Notes the iteration reached at a time in milliseconds. */
  add(milliseconds: number, iteration: number): void;
  /** Iterations per second; undefined until there are two different times. */
  perSecond(): number | undefined;
}

const WINDOW_MS = 15_000;
const SPACING_MS = 100;

export function createPace(): Pace {
  const samples: { time: number; iteration: number }[] = [];
  let latest: { time: number; iteration: number } | undefined;
  return {
    add(time, iteration) {
      latest = { time, iteration };
      const last = samples.at(-1);
      if (!last || time - last.time >= SPACING_MS) samples.push(latest);
      while (samples.length > 2 && time - samples[1]!.time >= WINDOW_MS) samples.shift();
    },
    perSecond() {
      const first = samples[0];
      if (!first || !latest || latest.time <= first.time) return undefined;
      const perSecond = (1000 * (latest.iteration - first.iteration)) / (latest.time - first.time);
      return perSecond > 0 ? perSecond : undefined;
    },
  };
}
