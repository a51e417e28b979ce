/** The text of a benchmark. */
import type { MeasuredCase } from "../bench/benchmark.ts";
import { gradientsAgree } from "../bench/caseResult.ts";
import { titleOf } from "../bench/cases.ts";
import type { Timing } from "../bench/interleave.ts";
import { formatBytes, formatNumber, formatTable } from "./format.ts";

const header = [
  "case",
  "program",
  "median ms",
  "min ms",
  "max ms",
  "peak RSS",
  "error",
  "ours / peer",
  "FLOP limit ms",
];

/** One row per program and case; times are milliseconds per iteration. */
export function benchTable(cases: readonly MeasuredCase[]): string {
  const rows = cases.flatMap(({ benchCase, result, limit }) => [
    [result.name, "onnx-distill", ...timingCells(result.ours), "", "", formatNumber(limit)],
    ...result.peers.map((peer) => [
      "",
      peer.name,
      ...timingCells(peer),
      formatNumber(peer.imageGradientError),
      gradientsAgree(peer, benchCase) ? formatRatio(result.ours.median / peer.median) : "withheld",
      "",
    ]),
  ]);
  const titles = cases.map(({ benchCase }) => `${benchCase.name}: ${titleOf(benchCase)}`);
  const align = header.map((_, column) => (column < 2 ? "left" : "right"));
  return [formatTable(rows, { header, align }), "", ...titles, ...disagreement(cases)].join("\n");
}

const timingCells = ({ median, min, max, rss }: Timing): string[] => [
  ...[median, min, max].map(formatNumber),
  rss === null ? "unknown" : formatBytes(rss),
];

const formatRatio = (ratio: number): string => ratio.toFixed(2);

function disagreement(cases: readonly MeasuredCase[]): string[] {
  if (
    cases.every(({ benchCase, result }) =>
      result.peers.every((peer) => gradientsAgree(peer, benchCase)),
    )
  )
    return [];
  return [
    "Programs whose results differ by more than their case allows computed different things: no ratio.",
  ];
}
