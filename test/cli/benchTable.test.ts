import { expect, test } from "vitest";
import type { MeasuredCase } from "../../src/bench/benchmark.ts";
import { caseResult } from "../../src/bench/caseResult.ts";
import { benchCases } from "../../src/bench/cases.ts";
import { benchTable } from "../../src/cli/benchTable.ts";

const timing = (median: number, rss: number | null = 2 ** 28) => ({
  median,
  min: median - 1,
  max: median + 2.5,
  rss,
});
const measured = (imageGradientError: number): MeasuredCase => ({
  benchCase: benchCases[0]!,
  result: caseResult(benchCases[0]!, timing(50), [
    { name: "PyTorch 9.9", ...timing(100, null), imageGradientError },
  ]),
  flopsPerSecond: 2.5e11,
  limit: 9.123,
});

test("one aligned table: a row per program, the limit beside ours", () => {
  expect(benchTable([measured(3.14e-7)]).split("\n")).toEqual([
    "case  program       median ms  min ms  max ms  peak RSS    error  ours / peer  FLOP limit ms",
    "────  ────────────  ─────────  ──────  ──────  ────────  ───────  ───────────  ─────────────",
    "a     onnx-distill         50      49    52.5   256 MiB                                 9.12",
    "      PyTorch 9.9         100      99     103   unknown  3.14e-7         0.50",
    "",
    "a: LeNet, fixed init, 10 images, 1 step, real batch 1024",
  ]);
});

test("a gradient that disagrees has no ratio, and the text says why", () => {
  const text = benchTable([measured(0.02)]);
  expect(text).toMatch(/PyTorch 9\.9 .* 0\.02 +withheld/);
  expect(text).toContain("Programs whose results differ by more than their case allows");
});
