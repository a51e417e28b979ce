/** The section of a study's report on one part, all its seeds together. */
import { join } from "node:path";
import type { Part } from "../../distill/studies/study.ts";
import { attackRows } from "../attackRows.ts";
import { type LineSeries, lineChart } from "../lineChart.ts";
import { formatCount, formatDuration, formatPercent } from "../quantities.ts";
import { RunDirectory } from "../runDirectory.ts";
import type { PartResult } from "./partResult.ts";
import type { StudyPicture, StudySection, StudyTable } from "./studyDocument.ts";
import { measuredText, overSeeds, paperText, rowsOf, verdictOf } from "./studyRows.ts";

/** Colours of the style sheet, for as many seeds. */
const COLOURS = 6;

/** Reads pictures and curves from the runs of the study in `path`. */
export async function partSection(
  path: string,
  part: Part,
  results: readonly PartResult[],
): Promise<StudySection> {
  const rows = rowsOf(part, results);
  const runs = results.map(({ seed }) => `${part.name}-${seed}`);
  const curve = await accuracyCurve(path, part, results, runs);
  return {
    title: part.title,
    paragraphs: [...(part.note ? [part.note] : []), verdictOf(rows)],
    tables: [
      comparisonTable(rows, results),
      ...results.flatMap(attackTable),
      ...results.flatMap(transferTable),
      factsTable(results),
    ],
    pictures: await pictures(path, runs),
    charts: curve ? [{ title: "Accuracy while the images formed", svg: curve }] : [],
    commands: results.flatMap(({ commands }) => commands),
  };
}

function comparisonTable(
  rows: ReturnType<typeof rowsOf>,
  results: readonly PartResult[],
): StudyTable {
  const several = results.length > 1;
  const hasSettings = rows.some(({ setting }) => setting);
  const seeds = results.map(({ seed }) => `seed ${seed}`);
  return {
    header: [
      "Test accuracy",
      "Paper",
      ...(several ? [...seeds, "over seeds"] : ["Measured"]),
      ...(hasSettings ? ["Setting"] : []),
    ],
    rows: rows.map((row) => [
      row.name,
      paperText(row.paper),
      ...row.measured.map(measuredText),
      ...(several ? [measuredText(overSeeds(row))] : []),
      ...(hasSettings ? [row.setting ?? ""] : []),
    ]),
  };
}

const attackTable = ({ summary: { attack }, seed }: PartResult): StudyTable[] =>
  attack
    ? [
        {
          caption: `${attack.from} as ${attack.to}, seed ${seed}`,
          header: ["Share of test images", "Before", "After"],
          rows: attackRows(attack),
        },
      ]
    : [];

const transferTable = ({ summary: { transfer = [] }, seed }: PartResult): StudyTable[] =>
  transfer.length > 0
    ? [
        {
          caption: `Outside the recipe, seed ${seed}`,
          header: ["Condition", "Distilled images", "Random real images"],
          rows: transfer.map((row) => [
            row.name,
            formatPercent(row.accuracy),
            formatPercent(row.randomReal.accuracy),
          ]),
        },
      ]
    : [];

const factsTable = (results: readonly PartResult[]): StudyTable => ({
  caption: "How it was made",
  header: ["Seed", "Iterations", "Training", "Baselines", "Last session", "Machine", "Versions"],
  rows: results.map(({ seed, summary, seconds, baselines }) => [
    String(seed),
    formatCount(summary.iterations),
    formatDuration(seconds.training),
    baselines.length > 0 ? formatDuration(seconds.baselines) : "-",
    formatDuration(seconds.session),
    `${summary.machine.cpu}, ${summary.machine.cores} cores, ${summary.machine.device}`,
    Object.entries(summary.versions)
      .map((one) => one.join(" "))
      .join(", "),
  ]),
});

/** Sheets of the first seed; images that are neither grey nor colour have none. */
async function pictures(path: string, [run]: readonly string[]): Promise<StudyPicture[]> {
  if (run === undefined) return [];
  const file = `${run}/images/latest.png`;
  const directory = await RunDirectory.open(join(path, run));
  const png = await directory.read("images/latest.png").catch(() => undefined);
  const caption = `The distilled images of ${run}, one column per class.`;
  return png ? [{ name: `Distilled images of ${run}`, caption, file, png }] : [];
}

/** Held-out accuracy over iterations with bands of one standard deviation, a line per seed. */
async function accuracyCurve(
  path: string,
  part: Part,
  results: readonly PartResult[],
  runs: readonly string[],
): Promise<string | undefined> {
  const series: LineSeries[] = [];
  for (const [i, run] of runs.slice(0, COLOURS).entries()) {
    const events = await (await RunDirectory.open(join(path, run))).events();
    const evaluated = events.filter(({ accuracy }) => accuracy !== undefined);
    if (evaluated.length === 0) continue;
    series.push({
      name: `seed ${results[i]!.seed}`,
      colour: `var(--series-${i + 1})`,
      look: "marked",
      points: evaluated.map(({ iteration, accuracy }) => ({
        x: iteration,
        y: accuracy!.mean * 100,
      })),
      deviations: evaluated.map(({ accuracy }) => accuracy!.std * 100),
    });
  }
  if (series.length === 0) return undefined;
  return lineChart({
    id: `curve-${part.name}`,
    title: `Accuracy of ${part.title}`,
    description:
      "Accuracy on held-out training images over iterations, mean and standard deviation over networks.",
    xLabel: "iteration",
    yLabel: "held-out accuracy",
    limits: [0, 100],
    unit: " %",
    series,
  });
}
