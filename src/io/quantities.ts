/** Numbers as a reader likes them: accuracies, losses, counts, durations and sizes. */

/** Mean and standard deviation over n evaluations; accuracies are fractions 0..1. */
export interface Statistic {
  readonly mean: number;
  readonly std: number;
  readonly n: number;
}

/** Accuracy fractions as per cent: "93.8 ± 0.4 % (n = 50)"; one value alone has no deviation. */
export function formatPercent({ mean, std, n }: Statistic): string {
  const deviation = n > 1 ? ` ± ${(std * 100).toFixed(1)}` : "";
  return `${(mean * 100).toFixed(1)}${deviation} % (n = ${n})`;
}

/** A loss or another plain number: "0.412 ± 0.03"; one value alone has no deviation. */
export function formatStatistic({ mean, std, n }: Statistic): string {
  return n > 1 ? `${formatNumber(mean)} ± ${formatNumber(std)}` : formatNumber(mean);
}

/** An integer with thousands separators: "1,240". */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

/** A value to three significant digits: "0.412", "12,300", "3.1e-5". */
export function formatNumber(value: number): string {
  return formatDigits(value, 3);
}

/** The same to another number of significant digits. */
export function formatDigits(value: number, digits: number): string {
  if (!Number.isFinite(value)) return String(value);
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return rounded.toExponential().replace("e+", "e");
  return rounded.toLocaleString("en-US", { maximumFractionDigits: digits + 3 });
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

/** Seconds on a clock: "1:28", "2:05:09". */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  const tail = pad(whole % 60);
  return hours > 0 ? `${hours}:${pad(minutes)}:${tail}` : `${minutes}:${tail}`;
}

/** Seconds in words: "310 ms", "4.2 s", "1 min 28 s", "2 h 05 min". */
export function formatDuration(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${formatCount(Math.floor(minutes / 60))} h ${pad(minutes % 60)} min`;
}

/** A size in binary units: "512 B", "1.5 KiB", "24 MiB". */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let size = bytes;
  let unit = 0;
  while (unit < units.length - 1 && (unit === 0 ? size >= 1024 : Math.round(size) >= 1024)) {
    size /= 1024;
    unit++;
  }
  return `${unit > 0 && size < 9.95 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}
