/** The charts of a run's report, from its events. */
import type { Scale } from "./axis.ts";
import { runningMean } from "./curve.ts";
import { type LineSeries, lineChart } from "./lineChart.ts";
import { formatCount, formatNumber, formatPercent, type Statistic } from "./quantities.ts";

/** One line of events.jsonl: the state after an outer iteration, `seconds` after the start. */
export interface ReportEvent {
  readonly iteration: number;
  readonly seconds: number;
  readonly loss: number;
  /** Rates of the S*E inner steps. */
  readonly learningRates?: readonly number[];
  readonly accuracy?: Statistic;
}

const COLOURS = 6;
const MAX_RATE_EVENTS = 2000;
const MIN_SMOOTHED = 20;
const LOG_FROM_RATIO = 20;

/** Log where all values are positive and span more than a factor of 20. */
function scaleFor(values: readonly number[]): Scale {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  return lowest > 0 && highest > LOG_FROM_RATIO * lowest ? "log" : "linear";
}

function axisName(name: string, scale: Scale): string {
  return scale === "log" ? `${name}, log scale` : name;
}

/** Outer loss: the raw values behind their running mean. */
export function lossChart(events: readonly ReportEvent[]): string {
  const raw = events.map(({ iteration, loss }) => ({ x: iteration, y: loss }));
  const smoothed = raw.length >= MIN_SMOOTHED;
  const mean = smoothed ? runningMean(raw, Math.round(raw.length / 40)) : raw;
  const scale = scaleFor(raw.map(({ y }) => y));
  const [first, last] = [mean[0], mean.at(-1)];
  const colour = "var(--series-1)";
  const series: LineSeries[] = smoothed
    ? [
        { name: "each iteration", colour, points: raw, look: "faint" },
        { name: "running mean", colour, points: mean },
      ]
    : [{ name: "loss", colour, points: raw }];
  return lineChart({
    id: "loss",
    title: "Outer loss",
    description:
      first && last
        ? `Loss on real images after training on the distilled ones: ${formatNumber(first.y)} at iteration ${formatCount(first.x)}, ${formatNumber(last.y)} at iteration ${formatCount(last.x)}.`
        : "No finite loss was recorded.",
    xLabel: "iteration",
    yLabel: axisName("loss (cross-entropy, nats)", scale),
    scale,
    series,
  });
}

/** Test accuracy with a band of one standard deviation; null where no event has one. */
export function accuracyChart(
  events: readonly ReportEvent[],
  baseline?: Statistic & { readonly name: string },
): string | null {
  const evaluated = events.filter((event) => event.accuracy !== undefined);
  if (evaluated.length === 0) return null;
  const last = evaluated.at(-1)!;
  const compared = baseline ? `; ${baseline.name}: ${formatPercent(baseline)}` : "";
  return lineChart({
    id: "accuracy",
    title: "Accuracy",
    description: `Accuracy of networks trained on the distilled images, mean and standard deviation: ${formatPercent(last.accuracy!)} at iteration ${formatCount(last.iteration)}${compared}.`,
    xLabel: "iteration",
    yLabel: "accuracy",
    limits: [0, 100],
    unit: " %",
    series: [
      {
        name: "mean ± 1 std",
        colour: "var(--series-2)",
        look: "marked",
        points: evaluated.map(({ iteration, accuracy }) => ({
          x: iteration,
          y: accuracy!.mean * 100,
        })),
        deviations: evaluated.map(({ accuracy }) => accuracy!.std * 100),
      },
    ],
    references: baseline
      ? [{ name: baseline.name, colour: "var(--series-4)", y: baseline.mean * 100 }]
      : [],
  });
}

/** Learning rates of the inner steps over iterations; null where no event has them. */
export function learningRateChart(events: readonly ReportEvent[]): string | null {
  const all = events.filter((event) => (event.learningRates?.length ?? 0) > 0);
  if (all.length === 0) return null;
  const stride = Math.ceil(all.length / MAX_RATE_EVENTS);
  const recorded = all.filter((_, index) => (all.length - 1 - index) % stride === 0);
  const count = recorded[0]!.learningRates!.length;
  const scale = scaleFor(recorded.flatMap((event) => event.learningRates!));
  const colourOf = (index: number) =>
    count <= COLOURS
      ? `var(--series-${index + 1})`
      : `color-mix(in oklch, var(--series-2) ${Math.round((100 * index) / (count - 1))}%, var(--series-1))`;
  const shown = count <= COLOURS ? 1 : count - 1;
  const last = recorded.at(-1)!;
  return lineChart({
    id: "learning-rates",
    title: "Learning rates",
    description: `Learning rates of ${count} inner steps; at iteration ${formatCount(last.iteration)}: ${last.learningRates!.map((rate) => formatNumber(rate)).join(", ")}.`,
    xLabel: "iteration",
    yLabel: axisName("learning rate", scale),
    scale,
    series: Array.from({ length: count }, (_, index) => ({
      name: `inner step ${index + 1}`,
      colour: colourOf(index),
      legend: index % shown === 0,
      points: recorded.map(({ iteration, learningRates }) => ({
        x: iteration,
        y: learningRates![index]!,
      })),
    })),
  });
}
