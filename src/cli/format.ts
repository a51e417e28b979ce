/** Text of the command line: quantities and aligned tables. */
export {
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatStatistic,
  type Statistic,
} from "../io/quantities.ts";

export interface TableOptions {
  /** Names of the columns, underlined with a rule. */
  readonly header?: readonly string[];
  /** One per column; columns without one are left-aligned. */
  readonly align?: readonly ("left" | "right")[];
}

/** Rows as lines of text with aligned columns, two spaces apart and without trailing spaces. */
export function formatTable(
  rows: readonly (readonly string[])[],
  options: TableOptions = {},
): string {
  const all = options.header ? [options.header, ...rows] : rows;
  const widths: number[] = [];
  for (const row of all) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, [...cell].length);
    });
  }
  const lines = all.map((row) =>
    row
      .map((cell, column) => {
        const space = " ".repeat(widths[column]! - [...cell].length);
        return options.align?.[column] === "right" ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd(),
  );
  if (options.header) lines.splice(1, 0, widths.map((width) => "─".repeat(width)).join("  "));
  return lines.join("\n");
}
