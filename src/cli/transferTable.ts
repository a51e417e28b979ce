/** What images are good for outside their recipe, as a table. */
import type { TransferResult, TransferRow } from "../distill/transfer.ts";
import { formatNumber, formatPercent, formatTable } from "./format.ts";

/** The rows of a transfer report beside random real images, and where those do better. */
export function transferTable(rows: readonly TransferRow[]): string {
  const table = formatTable(
    rows.map((row) => [row.name, withSetting(row), withSetting(row.randomReal)]),
    {
      header: [
        rows.some(({ attack }) => attack)
          ? "outside the recipe, changed labels"
          : "outside the recipe",
        "distilled images",
        "random real images",
      ],
    },
  );
  const better = rows.filter((row) => row.randomReal.accuracy.mean > row.accuracy.mean);
  if (better.length === 0) return table;
  const names = better.map(({ name }) => name).join("; ");
  return `${table}\nRandom real images do better than the distilled ones: ${names}.`;
}

function withSetting({ accuracy, learningRate, epochs }: TransferResult): string {
  const percent = formatPercent(accuracy);
  if (learningRate === undefined || epochs === undefined) return percent;
  return `${percent}, rate ${formatNumber(learningRate)}, ${epochs} epoch${epochs === 1 ? "" : "s"}`;
}
