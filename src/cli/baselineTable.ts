/** Baselines as a table, and in words where one beats the distilled images. */
import { type BaselineEntry, DISTILLED } from "../distill/baselines/entries.ts";
import { formatNumber, formatPercent, formatStatistic, formatTable } from "./format.ts";

/** One row per entry; for distilled images among them, what does better than they. */
export function baselineTable(entries: readonly BaselineEntry[]): string {
  const attacked = entries.some((entry) => "attack" in entry);
  const table = formatTable(entries.map(row), {
    header: ["source", "setting", attacked ? "accuracy, changed labels" : "accuracy", "loss"],
  });
  const distilled = entries.find(({ name }) => name === DISTILLED);
  return distilled ? `${table}\n\n${verdict(entries, distilled)}` : table;
}

function row(entry: BaselineEntry): string[] {
  if ("k" in entry)
    return [entry.name, `k = ${entry.k}, p = ${entry.p}`, formatPercent(entry.accuracy), ""];
  const { name, learningRate, epochs, accuracy, loss } = entry;
  const rate = learningRate === undefined ? "learned rates" : `rate ${formatNumber(learningRate)}`;
  return [
    name,
    `${rate}, ${epochs} epoch${epochs === 1 ? "" : "s"}`,
    formatPercent(accuracy),
    formatStatistic(loss),
  ];
}

function verdict(entries: readonly BaselineEntry[], distilled: BaselineEntry): string {
  const inPercent = ({ accuracy }: BaselineEntry) => `${(accuracy.mean * 100).toFixed(1)} %`;
  const better = entries
    .filter(({ accuracy }) => accuracy.mean > distilled.accuracy.mean)
    .sort((a, b) => b.accuracy.mean - a.accuracy.mean);
  const own = `networks trained on the distilled images (${inPercent(distilled)})`;
  if (better.length === 0) return `No baseline beats ${own}.`;
  const names = better.map((entry) => `${entry.name} (${inPercent(entry)})`);
  return `Better than ${own}: ${names.join(", ")}.`;
}
