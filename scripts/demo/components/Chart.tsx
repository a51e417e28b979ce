/** A curve that grows while its run goes on. */
import { type Axis, iterationAxis, tickLabel, valueAxis } from "../../../src/io/axis.ts";
import { type Point, thin } from "../../../src/io/curve.ts";
import { nowText } from "../state/nowText.ts";

export interface Curve {
  readonly points: readonly Point[];
  /** `main` in the accent's colour, `quiet` behind it, `step` paler the later it is drawn. */
  readonly look: "main" | "quiet" | "step";
}

interface Props {
  readonly title: string;
  /** What is drawn, in words for those who do not see it. */
  readonly about: string;
  /** The values of now, as large text: all of them where there is room, else lowest and highest. */
  readonly now: readonly number[];
  readonly curves: readonly Curve[];
  /** Where the x axis ends. */
  readonly iterations: number;
  /** What the y axis spans; by default the values. */
  readonly range?: readonly [number, number];
  /** What follows a value, such as " %". */
  readonly unit?: string;
}

const WIDTH = 320;
const HEIGHT = 132;
/** The plot begins at `left`, or further right where the ticks' labels are long. */
const PLOT = { left: 38, right: 312, top: 8, bottom: 108 };
/** Width of a digit of a tick's label, and room between label and plot. */
const DIGIT = 6.2;
const TICK_GAP = 7;
const BUCKETS = 260;
const EMPTY: Axis = {
  low: 0,
  high: 1,
  ticks: [0, 0.5, 1],
  position: (value) => value,
  text: String,
};

export function Chart({ title, about, now, curves, iterations, range, unit = "" }: Props) {
  const thinned = curves.map((curve) => ({ ...curve, points: thin(curve.points, BUCKETS) }));
  const values = range ?? thinned.flatMap(({ points }) => points.map(({ y }) => y));
  const x = iterationAxis([0, Math.max(iterations, 1)]);
  const y = values.length > 0 ? valueAxis(values, "linear", range) : EMPTY;
  const labels = values.length > 0 ? y.ticks.map((tick) => tickLabel(tick) + unit) : [];
  const longest = Math.max(0, ...labels.map(({ length }) => length));
  const start = Math.max(PLOT.left, longest * DIGIT + TICK_GAP);
  const left = (at: number) => round(start + x.position(at) * (PLOT.right - start));
  const top = (at: number) => round(PLOT.bottom - y.position(at) * (PLOT.bottom - PLOT.top));
  const main = thinned.find(({ look }) => look === "main")?.points ?? [];
  const last = main.at(-1);
  const text = nowText(now, y, unit);
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        <span class="chart-value">{text || "–"}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={text ? `${about}: ${text}` : `${about}, not measured yet`}
      >
        {y.ticks.map((tick, index) => (
          <g key={tick} class="tick">
            <path d={`M${start} ${top(tick)}H${PLOT.right}`} />
            <text x={start - TICK_GAP} y={top(tick)} dy="0.34em" text-anchor="end">
              {labels[index]}
            </text>
          </g>
        ))}
        {iterations > 0 &&
          x.ticks.map((tick) => (
            <text
              key={tick}
              x={left(tick)}
              y={PLOT.bottom + 17}
              text-anchor={anchor(x.position(tick))}
            >
              {tickLabel(tick)}
            </text>
          ))}
        {main.length > 1 && (
          <path class="area" d={`${line(main, left, top)}V${PLOT.bottom}H${left(main[0]!.x)}Z`} />
        )}
        {thinned.map(({ points, look }, index) => (
          <path
            key={`${look} ${index}`}
            class={`curve ${look}`}
            style={look === "step" ? { opacity: 1 - (0.7 * index) / thinned.length } : undefined}
            d={line(points, left, top)}
          />
        ))}
        {last && <circle class="now" cx={left(last.x)} cy={top(last.y)} r="3.2" />}
      </svg>
    </figure>
  );
}

type Scale = (value: number) => number;

function line(points: readonly Point[], left: Scale, top: Scale): string {
  return points
    .filter(({ y }) => Number.isFinite(y))
    .map(({ x, y }, i) => `${i === 0 ? "M" : "L"}${left(x)} ${top(y)}`)
    .join("");
}

const round = (value: number): number => Math.round(value * 10) / 10;

const anchor = (position: number) =>
  position < 0.02 ? "start" : position > 0.96 ? "end" : "middle";
