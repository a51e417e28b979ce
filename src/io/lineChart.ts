/** Line charts as inline SVG, coloured by CSS variables of the page around them. */
import { type Axis, iterationAxis, type Scale, tickLabel, valueAxis } from "./axis.ts";
import { type Point, thin } from "./curve.ts";
import { escapeHtml } from "./escapeHtml.ts";

/** A curve over iterations. */
export interface LineSeries {
  readonly name: string;
  /** A CSS colour, such as `var(--series-1)`. */
  readonly colour: string;
  readonly points: readonly Point[];
  /** `faint` lies behind as raw data; `marked` (and one point alone) has dots with tooltips, `bars` error bars too. */
  readonly look?: "plain" | "faint" | "marked" | "bars";
  /** Half height of a band around the curve, or of its error bars, one per point, in units of y. */
  readonly deviations?: readonly number[];
  /** False keeps the curve out of the legend. */
  readonly legend?: boolean;
}

/** A dashed horizontal line to compare with. */
export interface ReferenceLine {
  readonly name: string;
  readonly colour: string;
  readonly y: number;
}

export interface LineChart {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** What the chart shows in a sentence or two, for those who do not see it. */
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly scale?: Scale;
  /** The y axis never leaves these. */
  readonly limits?: readonly [number, number];
  readonly series: readonly LineSeries[];
  readonly references?: readonly ReferenceLine[];
  /** What follows a value of y in tooltips and on the axis, such as " %". */
  readonly unit?: string;
}

const WIDTH = 400;
/** The plot begins at `left`, or further right where the ticks' labels are long. */
const PLOT = { left: 50, right: 374, height: 190 };
const LEGEND_LINE = 20;
const CHARACTER = 8.2;
const TICK_GAP = 7;
const BUCKETS = 380;

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  /** The value within the limits of the y axis. */
  readonly clamp: (value: number) => number;
  /** Texts of values of y: on the axis, and in tooltips. */
  readonly tick: (value: number) => string;
  readonly text: (value: number) => string;
}

function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function thinned(series: LineSeries): LineSeries {
  return series.deviations ? series : { ...series, points: thin(series.points, BUCKETS) };
}

function pathOf(points: readonly Point[], frame: Frame): string {
  let pen = "M";
  let path = "";
  for (const point of points) {
    const [x, y] = [frame.x(point.x), frame.y(point.y)];
    if (Number.isFinite(x) && Number.isFinite(y)) {
      path += `${pen}${coordinate(x)} ${coordinate(y)}`;
      pen = "L";
    } else pen = "M";
  }
  return path;
}

function bandOf({ points, deviations = [], colour }: LineSeries, frame: Frame): string {
  if (deviations.length === 0) return "";
  const edge = (sign: number) =>
    points.map(({ x, y }, i) => ({ x, y: frame.clamp(y + sign * deviations[i]!) }));
  const outline = [...edge(1), ...edge(-1).reverse()].filter(({ y }) => Number.isFinite(y));
  return `<path class="band" fill="${colour}" d="${pathOf(outline, frame)}Z"/>`;
}

function errorBarsOf({ points, deviations = [], colour }: LineSeries, frame: Frame): string {
  const bars = points.flatMap(({ x, y }, i) => {
    const at = coordinate(frame.x(x));
    const [low, high] = [-1, 1].map((sign) => frame.y(frame.clamp(y + sign * deviations[i]!)));
    return Number.isFinite(y) && deviations[i]! > 0
      ? `M${at} ${coordinate(low!)}V${coordinate(high!)}`
      : [];
  });
  return bars.length > 0 ? `<path class="bar" stroke="${colour}" d="${bars.join("")}"/>` : "";
}

function marksOf({ points, colour }: LineSeries, frame: Frame, chart: LineChart): string {
  return points
    .filter(({ y }) => Number.isFinite(y))
    .map(
      ({ x, y }) =>
        `<circle fill="${colour}" cx="${coordinate(frame.x(x))}" cy="${coordinate(frame.y(y))}" r="2.6"><title>${escapeHtml(`${chart.xLabel} ${tickLabel(x)}: ${frame.text(y)}`)}</title></circle>`,
    )
    .join("");
}

function curveOf(series: LineSeries, frame: Frame, chart: LineChart): string {
  const { look = "plain", colour } = series;
  const marked = look === "marked" || look === "bars" || series.points.length === 1;
  const path = pathOf(series.points, frame);
  const line = `<path class="curve ${look}" stroke="${colour}" d="${path}"/>`;
  const spread = look === "bars" ? errorBarsOf(series, frame) : bandOf(series, frame);
  return spread + line + (marked ? marksOf(series, frame, chart) : "");
}

function gridOf(x: Axis, y: Axis, frame: Frame): string {
  const { left } = frame;
  const bottom = frame.top + PLOT.height;
  const rows = y.ticks.map((tick) => {
    const at = coordinate(frame.y(tick));
    return `<path class="grid" d="M${left} ${at}H${PLOT.right}"/><text class="tick" x="${left - TICK_GAP}" y="${at}" dy="0.33em" text-anchor="end">${escapeHtml(frame.tick(tick))}</text>`;
  });
  const columns = x.ticks.map((tick) => {
    const at = coordinate(frame.x(tick));
    return `<path class="axis" d="M${at} ${bottom}v4"/><text class="tick" x="${at}" y="${bottom + 18}" text-anchor="middle">${tickLabel(tick)}</text>`;
  });
  return `${rows.join("")}<path class="axis" d="M${left} ${bottom}H${PLOT.right}"/>${columns.join("")}`;
}

/** Legend entries set in lines from the top left; [markup, height]. */
function legendOf(chart: LineChart, top: number): [string, number] {
  const entries = [
    ...chart.series
      .filter(({ legend }) => legend !== false)
      .map(({ name, colour, look }) => ({ name, colour, style: look ?? "plain" })),
    ...(chart.references ?? []).map(({ name, colour }) => ({ name, colour, style: "reference" })),
  ];
  if (entries.length < 2) return ["", 0];
  let [x, line] = [0, 0];
  const markup = entries.map(({ name, colour, style }) => {
    const width = 26 + [...name].length * CHARACTER + 14;
    if (x > 0 && x + width > WIDTH) [x, line] = [0, line + 1];
    const y = top + line * LEGEND_LINE;
    const entry = `<path class="curve ${style}" stroke="${colour}" d="M${x} ${y}h20"/><text class="legend" x="${x + 26}" y="${y}" dy="0.33em">${escapeHtml(name)}</text>`;
    x += width;
    return entry;
  });
  return [markup.join(""), (line + 1) * LEGEND_LINE];
}

/**
 * A chart as one `<svg>` with title, description, legend (from two entries on), axes and curves.
 * Points that are not finite (or not positive on a log scale) leave gaps. Throws where no series
 * has a point.
 */
export function lineChart(full: LineChart): string {
  const chart = { ...full, series: full.series.map(thinned) };
  const points = chart.series.flatMap((series) => series.points);
  if (points.length === 0) throw new Error(`expected points to draw "${chart.title}", got none`);
  const values = [
    ...chart.series.flatMap(({ points, deviations }) =>
      points.flatMap(({ y }, i) => [y - (deviations?.[i] ?? 0), y + (deviations?.[i] ?? 0)]),
    ),
    ...(chart.references ?? []).map(({ y }) => y),
  ];
  const xAxis = iterationAxis(points.map(({ x }) => x));
  const yAxis = valueAxis(values, chart.scale ?? "linear", chart.limits);
  const [legend, legendHeight] = legendOf(chart, 10);
  const top = legendHeight + 28;
  const bottom = top + PLOT.height;
  const { unit = "" } = chart;
  const tick = (value: number) => tickLabel(value) + unit;
  const longest = Math.max(...yAxis.ticks.map((value) => tick(value).length));
  const left = Math.max(PLOT.left, longest * CHARACTER + TICK_GAP);
  const frame: Frame = {
    left,
    top,
    tick,
    text: (value) => yAxis.text(value) + unit,
    x: (value) => left + xAxis.position(value) * (PLOT.right - left),
    y: (value) => bottom - yAxis.position(value) * PLOT.height,
    clamp: (value) => Math.min(yAxis.high, Math.max(yAxis.low, value)),
  };
  const references = (chart.references ?? []).map(
    ({ y, colour }) =>
      `<path class="curve reference" stroke="${colour}" d="M${left} ${coordinate(frame.y(y))}H${PLOT.right}"/>`,
  );
  const labels = [`${chart.id}-title`, `${chart.id}-description`];
  return `<svg class="chart" viewBox="0 0 ${WIDTH} ${bottom + 45}" role="img" aria-labelledby="${labels.join(" ")}">
<title id="${labels[0]}">${escapeHtml(chart.title)}</title>
<desc id="${labels[1]}">${escapeHtml(chart.description)}</desc>
${legend}<text class="label" x="0" y="${top - 12}">${escapeHtml(chart.yLabel)}</text>
${gridOf(xAxis, yAxis, frame)}
<text class="label" x="${PLOT.right}" y="${bottom + 39}" text-anchor="end">${escapeHtml(chart.xLabel)}</text>
${references.join("")}${chart.series.map((series) => curveOf(series, frame, chart)).join("\n")}
</svg>`;
}
