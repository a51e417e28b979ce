/** What a part measured beside what the paper reports, row by row. */
import type { BaselineEntry } from "../../distill/baselines/entries.ts";
import { statistic } from "../../distill/evaluate.ts";
import {
  ATTACKED_AFTER,
  ATTACKED_BEFORE,
  BEFORE,
  DISTILLED_ROW,
  type PaperNumber,
  type Part,
} from "../../distill/studies/study.ts";
import { formatNumber, formatPercent, type Statistic } from "../quantities.ts";
import type { PartResult } from "./partResult.ts";

export interface StudyRow {
  readonly name: string;
  readonly paper?: PaperNumber;
  /** One for each seed; undefined where it was not measured. */
  readonly measured: readonly (Statistic | undefined)[];
  /** Rate and epochs, or k and p, that were chosen on training images with the first seed. */
  readonly setting?: string;
}

/** Rows of one part over its seeds; those that only the paper has come last. */
export function rowsOf(part: Part, results: readonly PartResult[]): StudyRow[] {
  const measured = results.map(measuredOf);
  const names = new Set([
    ...measured.flatMap((rows) => [...rows.keys()]),
    ...Object.keys(part.paper),
  ]);
  return [...names].map((name) => ({
    name,
    paper: part.paper[name],
    measured: measured.map((rows) => rows.get(name)),
    setting: settingOf(results[0]?.baselines.find((entry) => entry.name === name)),
  }));
}

function measuredOf({ summary, baselines }: PartResult): Map<string, Statistic> {
  const { before, accuracy, baseline, attack } = summary;
  const compared: [string, Statistic][] =
    baselines.length > 0
      ? baselines
          .filter(({ name }) => name !== DISTILLED_ROW)
          .map((one) => [one.name, one.accuracy])
      : [[baseline.name, baseline]];
  return new Map([
    [BEFORE, before],
    [DISTILLED_ROW, accuracy],
    ...compared,
    ...(attack
      ? ([
          [ATTACKED_BEFORE, attack.before.fromAccuracy],
          [ATTACKED_AFTER, attack.after.fromAccuracy],
        ] as const)
      : []),
  ]);
}

function settingOf(entry: BaselineEntry | undefined): string | undefined {
  if (!entry || entry.name === DISTILLED_ROW) return undefined;
  if ("k" in entry) return `k = ${entry.k}, p = ${entry.p}`;
  const { learningRate, epochs } = entry;
  const rate = learningRate === undefined ? "learned rates" : `rate ${formatNumber(learningRate)}`;
  return `${rate}, ${epochs} epoch${epochs === 1 ? "" : "s"}`;
}

/** Mean of a row over its seeds, each of which counts once; undefined where nothing was measured. */
export function overSeeds({ measured }: Pick<StudyRow, "measured">): Statistic | undefined {
  const known = measured.filter((one) => one !== undefined);
  return known.length > 1 ? statistic(known.map(({ mean }) => mean)) : known[0];
}

/** The paper's number: "79.5 ± 8.1 %", marked where it was not read again. */
export function paperText(paper: PaperNumber | undefined): string {
  if (!paper) return "-";
  const { percent, deviation, read } = paper;
  const spread = deviation === undefined ? "" : ` ± ${deviation}`;
  return `${percent}${spread} %${read ? "" : " (not re-read)"}`;
}

export const measuredText = (value: Statistic | undefined): string =>
  value ? formatPercent(value) : "-";

/** Rows that are about other things than how good images are. */
const INCOMPARABLE = new Set([BEFORE, DISTILLED_ROW, ATTACKED_BEFORE, ATTACKED_AFTER]);

/** The baselines that were measured, the best first. */
export const comparedWith = (rows: readonly StudyRow[]): { name: string; value: Statistic }[] =>
  rows
    .flatMap((row) => {
      const value = overSeeds(row);
      return value && !INCOMPARABLE.has(row.name) ? [{ name: row.name, value }] : [];
    })
    .sort((a, b) => b.value.mean - a.value.mean);

/** In words: the baselines that beat the distilled images, or that none does. */
export function verdictOf(rows: readonly StudyRow[]): string {
  const distilled = overSeeds(rows.find(({ name }) => name === DISTILLED_ROW)!)!;
  const percent = ({ mean }: Statistic) => `${(mean * 100).toFixed(1)} %`;
  const better = comparedWith(rows).filter(({ value }) => value.mean > distilled.mean);
  if (better.length === 0)
    return `No baseline that was measured beats the distilled images (${percent(distilled)}).`;
  const names = better.map(({ name, value }) => `${name} (${percent(value)})`).join(", ");
  return `Better than the distilled images (${percent(distilled)}): ${names}.`;
}
