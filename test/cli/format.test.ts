import { describe, expect, test } from "vitest";
import {
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatTable,
} from "../../src/cli/format.ts";

test("accuracies are per cent with their deviation and count", () => {
  expect(formatPercent({ mean: 0.938, std: 0.004, n: 50 })).toBe("93.8 ± 0.4 % (n = 50)");
  expect(formatPercent({ mean: 1, std: 0, n: 2 })).toBe("100.0 ± 0.0 % (n = 2)");
});

test("a single accuracy has no deviation", () => {
  expect(formatPercent({ mean: 0.938, std: 0, n: 1 })).toBe("93.8 % (n = 1)");
});

test("counts have thousands separators", () => {
  expect([0, 999, 1240, 61706, 1e9].map(formatCount)).toEqual([
    "0",
    "999",
    "1,240",
    "61,706",
    "1,000,000,000",
  ]);
});

test("numbers have three significant digits", () => {
  const values = [0, 0.41234, 2.5, 12345, -1.005, 0.001, 3.14e-5, 2e9, Number.NaN];
  expect(values.map(formatNumber)).toEqual([
    "0",
    "0.412",
    "2.5",
    "12,300",
    "-1",
    "0.001",
    "3.14e-5",
    "2e9",
    "NaN",
  ]);
});

test("clocks count minutes and hours and never show 60 seconds", () => {
  expect([0, 59.6, 88, 3599.7, 7509].map(formatClock)).toEqual([
    "0:00",
    "1:00",
    "1:28",
    "1:00:00",
    "2:05:09",
  ]);
});

test("durations use the unit that fits and round into the next", () => {
  const seconds = [0, 0.31, 0.9996, 4.2, 9.96, 42, 59.7, 88, 3599.6, 7500, 7199];
  expect(seconds.map(formatDuration)).toEqual([
    "0 ms",
    "310 ms",
    "1.0 s",
    "4.2 s",
    "10 s",
    "42 s",
    "1 min 00 s",
    "1 min 28 s",
    "1 h 00 min",
    "2 h 05 min",
    "2 h 00 min",
  ]);
});

test("sizes use binary units", () => {
  expect([0, 512, 1023, 1024, 1536, 25_000_000, 1024 ** 3 - 1, 1024 ** 5].map(formatBytes)).toEqual(
    ["0 B", "512 B", "1023 B", "1.0 KiB", "1.5 KiB", "24 MiB", "1.0 GiB", "1024 TiB"],
  );
});

describe("formatTable", () => {
  test("aligns columns and leaves no trailing spaces", () => {
    const rows = [
      ["lenet", "61,706"],
      ["alexcifarnet", "7"],
    ];
    expect(formatTable(rows, { align: ["left", "right"] })).toBe(
      "lenet         61,706\nalexcifarnet       7",
    );
  });

  test("underlines a header", () => {
    expect(formatTable([["a", "±1"]], { header: ["name", "x"] })).toBe(
      "name  x\n────  ──\na     ±1",
    );
  });

  test("allows rows of different lengths and no rows", () => {
    expect(formatTable([["a"], ["bb", "c"]])).toBe("a\nbb  c");
    expect(formatTable([])).toBe("");
  });
});
