import { describe, expect, test } from "vitest";
import { valueAxis } from "../../src/io/axis.ts";
import { runningMean, thin } from "../../src/io/curve.ts";
import { type LineChart, lineChart } from "../../src/io/lineChart.ts";
import { linearTicks, logTicks } from "../../src/io/ticks.ts";

const CHART: LineChart = {
  id: "loss",
  title: "Loss <now>",
  description: "Falls.",
  xLabel: "iteration",
  yLabel: "loss",
  series: [
    {
      name: "a & b",
      colour: "red",
      points: [
        { x: 0, y: 2 },
        { x: 10, y: 1 },
      ],
    },
  ],
};

function curves(svg: string): string[] {
  return [...svg.matchAll(/class="curve plain"[^>]* d="([^"]*)"/g)].map((match) => match[1]!);
}

describe("lineChart", () => {
  test("names itself to screen readers and escapes its text", () => {
    const svg = lineChart(CHART);
    expect(svg).toContain('role="img" aria-labelledby="loss-title loss-description"');
    expect(svg).toContain('<title id="loss-title">Loss &lt;now&gt;</title>');
    expect(svg).toContain('<desc id="loss-description">Falls.</desc>');
  });

  test("has a legend from two entries on", () => {
    const references = [{ name: "chance", colour: "grey", y: 2.3 }];
    expect(lineChart(CHART)).not.toContain("a &amp; b");
    const svg = lineChart({ ...CHART, references });
    expect(svg).toContain("a &amp; b</text>");
    expect(svg).toContain("chance</text>");
  });

  test("draws the curve from the left edge to the right edge", () => {
    expect(curves(lineChart(CHART))[0]).toMatch(/^M50 [\d.]+L374 [\d.]+$/);
  });

  test("leaves a gap at values that are not finite", () => {
    const points = [1, 2, Number.NaN, 2, 1].map((y, x) => ({ x, y }));
    const svg = lineChart({ ...CHART, series: [{ name: "a", colour: "red", points }] });
    expect(curves(svg)[0]!.match(/M/g)).toHaveLength(2);
    expect(svg).not.toContain("NaN");
  });

  test("spaces powers of ten evenly on a log scale", () => {
    const points = [1, 10, 100].map((y, x) => ({ x, y }));
    const series = [{ name: "a", colour: "red", points }];
    const [, a, b, c] = curves(lineChart({ ...CHART, scale: "log", series }))[0]!
      .split(/[ML][\d.]+ /)
      .map(Number);
    expect(b! - a!).toBeCloseTo(c! - b!, 0);
  });

  test("marks points with tooltips and keeps bands within the limits", () => {
    const svg = lineChart({
      ...CHART,
      limits: [0, 100],
      unit: " %",
      series: [
        {
          name: "accuracy",
          colour: "red",
          look: "marked",
          points: [
            { x: 0, y: 50 },
            { x: 1000, y: 99 },
          ],
          deviations: [10, 4],
        },
      ],
    });
    expect(svg).toContain("<title>iteration 1,000: 99.0 %</title>");
    const band = /class="band"[^>]* d="([^"]*)"/.exec(svg)![1]!;
    const heights = [...band.matchAll(/[ML][\d.]+ (-?[\d.]+)/g)].map((match) => Number(match[1]));
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(28);
  });

  test("draws one point alone, constants and values that are never finite", () => {
    const chart = (...ys: number[]) =>
      lineChart({
        ...CHART,
        series: [{ name: "a", colour: "red", points: ys.map((y, x) => ({ x, y })) }],
      });
    expect(chart(3)).toContain("<circle");
    for (const svg of [chart(3), chart(0, 0, 0), chart(Number.NaN, Number.NaN)]) {
      expect(svg).not.toMatch(/NaN|Infinity/);
    }
  });

  test("stays small and whole for very long runs", () => {
    const points = Array.from({ length: 300_000 }, (_, x) => ({ x, y: (x * 7919) % 101 }));
    const svg = lineChart({ ...CHART, series: [{ name: "a", colour: "red", points }] });
    expect(svg.length).toBeLessThan(40_000);
  });

  test("refuses a chart without points", () => {
    expect(() => lineChart({ ...CHART, series: [] })).toThrow('draw "Loss <now>", got none');
  });
});

describe("a chart of values that hardly move", () => {
  const chart = (ys: number[], of: Partial<LineChart> = {}) =>
    lineChart({
      ...CHART,
      ...of,
      series: [{ name: "a", colour: "red", points: ys.map((y, x) => ({ x, y })) }],
    });
  const labels = (svg: string) =>
    [...svg.matchAll(/text-anchor="end">([^<]*)</g)].map((match) => match[1]!).slice(0, -1);

  test("labels every tick differently, with the digits it needs", () => {
    expect(labels(chart([0.01, 0.0101]))).toEqual(["0.01", "0.01005", "0.0101"]);
    expect(labels(chart([50.01, 50.02], { unit: " %", limits: [0, 100] }))).toEqual([
      "49.8 %",
      "49.9 %",
      "50 %",
      "50.1 %",
      "50.2 %",
    ]);
    expect(labels(chart([2e-5, 2.02e-5]))).toEqual([
      "2e-5",
      "2.005e-5",
      "2.01e-5",
      "2.015e-5",
      "2.02e-5",
    ]);
    for (const ys of [
      [1234.5, 1234.6],
      [1e9, 1e9 + 1],
      [-3, -2.9999],
      [7, 7 + 1e-12],
      [0, 1e-30],
    ]) {
      const own = labels(chart(ys));
      expect(own.length).toBeGreaterThan(1);
      expect(new Set(own).size).toBe(own.length);
    }
  });

  test("has room for their labels", () => {
    const left = (ys: number[]) => Number(/class="grid" d="M([\d.]+)/.exec(chart(ys))![1]);
    expect(left([0, 1])).toBe(50);
    expect(left([0.01, 0.0101])).toBeGreaterThan(60);
  });

  test("draws them flat where they move by less than a hundredth", () => {
    const [y0, y1] = curves(chart([1, 1.0001]))[0]!
      .split(/[ML][\d.]+ /)
      .slice(1)
      .map(Number);
    expect(Math.abs(y0! - y1!)).toBeLessThan(4);
  });

  test("keeps within its limits where they do not move at all", () => {
    expect(labels(chart([100, 100], { limits: [0, 100] })).at(-1)).toBe("100");
  });
});

describe("texts of an axis", () => {
  const texts = (...values: number[]) => values.map(valueAxis(values, "linear").text);

  test("have three digits of the largest and a tenth of what it spans, all as many decimals", () => {
    expect(texts(0.3, 2.31)).toEqual(["0.30", "2.31"]);
    expect(texts(0.01, 0.010034, 0.0101)).toEqual(["0.01000", "0.01003", "0.01010"]);
    expect(texts(12, 81234)).toEqual(["12", "81,234"]);
    expect(texts(2e-5, 4.25e-5)).toEqual(["2.00e-5", "4.25e-5"]);
    expect(valueAxis([0, 100], "linear", [0, 100]).text(82.94)).toBe("82.9");
  });

  test("have three digits on a log scale", () => {
    expect([2e-5, 0.1234].map(valueAxis([1e-5, 1], "log").text)).toEqual(["2e-5", "0.123"]);
  });
});

describe("ticks", () => {
  test("are round numbers within the range", () => {
    expect(linearTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks(-3, 12, 5)).toEqual([0, 5, 10]);
    expect(linearTicks(0.0101, 0.0299, 4)).toEqual([0.015, 0.02, 0.025]);
  });

  test("are 1, 2 and 5 per decade while there is room, then fewer", () => {
    expect(logTicks(0.9, 12, 6)).toEqual([1, 2, 5, 10]);
    expect(logTicks(0.2, 25, 6)).toEqual([0.3, 1, 3, 10]);
    expect(logTicks(1e-5, 1, 6)).toEqual([1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1]);
    expect(logTicks(1e-9, 1, 6)).toEqual([1e-8, 1e-6, 1e-4, 1e-2, 1]);
  });

  test("fall back to round numbers within one part of a decade", () => {
    expect(logTicks(2.2, 4.4, 5)).toEqual([2.5, 3, 3.5, 4]);
  });
});

describe("curves", () => {
  const points = (ys: number[]) => ys.map((y, x) => ({ x, y }));

  test("runningMean averages around each point and skips what is not finite", () => {
    const means = runningMean(points([0, 3, Number.NaN, 6, 9]), 3);
    expect(means).toEqual([
      { x: 0, y: 1.5 },
      { x: 1, y: 3 },
      { x: 3, y: 6 },
      { x: 4, y: 7.5 },
    ]);
  });

  test("thin keeps ends, extremes and gaps", () => {
    const ys = Array.from({ length: 1000 }, (_, i) => Math.sin(i));
    ys[500] = 50;
    ys[600] = -50;
    ys[700] = Number.NaN;
    const kept = thin(points(ys), 20);
    expect(kept.length).toBeLessThan(70);
    const xs = kept.map(({ x }) => x);
    expect(xs).toEqual(expect.arrayContaining([0, 500, 600, 700, 999]));
    expect(xs).toEqual([...xs].sort((a, b) => a - b));
  });
});
