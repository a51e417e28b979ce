/** The last losses as a sparkline, each bar the mean loss of a second (or of one slower iteration). */

export interface LossHistory {
  /** Notes a loss at a time in milliseconds; one that is not finite leaves a blank. */
  add(milliseconds: number, loss: number): void;
  /** At most `width` bars, the newest on the right, scaled between their lowest and highest. */
  bars(width: number): string;
}

const BAR_MS = 1000;
const MAX_BARS = 16;
const LEVELS = "▁▂▃▄▅▆▇█";

export function createLossHistory(): LossHistory {
  const bars: { since: number; sum: number; count: number }[] = [];
  return {
    add(time, loss) {
      const newest = bars.at(-1);
      if (newest && time - newest.since < BAR_MS) {
        newest.sum += loss;
        newest.count++;
      } else bars.push({ since: time, sum: loss, count: 1 });
      if (bars.length > MAX_BARS) bars.shift();
    },
    bars(width) {
      if (width <= 0) return "";
      const means = bars.slice(-width).map(({ sum, count }) => sum / count);
      const finite = means.filter(Number.isFinite);
      const lowest = Math.min(...finite);
      const span = Math.max(...finite) - lowest;
      return means
        .map((mean) => {
          if (!Number.isFinite(mean)) return " ";
          const share = span > 0 ? (mean - lowest) / span : 0.5;
          return LEVELS[Math.round(share * (LEVELS.length - 1))];
        })
        .join("");
    },
  };
}
