/** The section of a study's report on how accuracy depends on what its parts differ in. */
import { statistic } from "../../distill/evaluate.ts";
import type { Curve } from "../../distill/studies/study.ts";
import { lineChart } from "../lineChart.ts";
import { formatPercent, type Statistic } from "../quantities.ts";
import type { PartResult } from "./partResult.ts";
import type { StudySection } from "./studyDocument.ts";

interface Point {
  readonly x: number;
  readonly distilled: Statistic;
  readonly baseline: Statistic;
}

/** Distilled images and random real ones with error bars; undefined while no part of the curve is finished. */
export function curveSection(
  curve: Curve,
  index: number,
  finished: readonly PartResult[],
): StudySection | undefined {
  const points = curve.points.flatMap(({ part, x }) => pointOf(x, part, finished));
  if (points.length === 0) return undefined;
  return {
    title: curve.title,
    paragraphs: [],
    tables: [
      {
        header: [
          `${curve.xLabel[0]!.toUpperCase()}${curve.xLabel.slice(1)}`,
          "Distilled images",
          "Random real images",
        ],
        rows: points.map(({ x, distilled, baseline }) => [
          String(x),
          formatPercent(distilled),
          formatPercent(baseline),
        ]),
      },
    ],
    pictures: [],
    charts: [{ title: `Accuracy over ${curve.xLabel}`, svg: chartOf(curve, index, points) }],
    commands: [],
  };
}

/** Over seeds where there are several, else over the networks of the only one. */
function pointOf(x: number, part: string, finished: readonly PartResult[]): Point[] {
  const results = finished.filter((result) => result.part === part);
  if (results.length === 0) return [];
  const over = (values: readonly Statistic[]): Statistic =>
    values.length > 1 ? statistic(values.map(({ mean }) => mean)) : values[0]!;
  return [
    {
      x,
      distilled: over(results.map(({ summary }) => summary.accuracy)),
      baseline: over(results.map(({ summary }) => summary.baseline)),
    },
  ];
}

function chartOf({ title, xLabel }: Curve, index: number, points: readonly Point[]): string {
  const series = (name: string, colour: string, pick: (point: Point) => Statistic) => ({
    name,
    colour,
    look: "bars" as const,
    points: points.map((point) => ({ x: point.x, y: pick(point).mean * 100 })),
    deviations: points.map((point) => pick(point).std * 100),
  });
  return lineChart({
    id: `study-${index}`,
    title,
    description: `Test accuracy over the number of ${xLabel}, mean and standard deviation.`,
    xLabel,
    yLabel: "test accuracy, mean ± 1 std",
    limits: [0, 100],
    unit: " %",
    series: [
      series("distilled images", "var(--series-2)", ({ distilled }) => distilled),
      series("random real images", "var(--series-4)", ({ baseline }) => baseline),
    ],
  });
}
