/** The section of a run's report on what its images are good for outside their recipe. */
import { escapeHtml } from "./escapeHtml.ts";
import { formatNumber, formatPercent, type Statistic } from "./quantities.ts";

interface Result {
  readonly accuracy: Statistic;
  /** Where they were chosen for the row. */
  readonly learningRate?: number;
  readonly epochs?: number;
}

/** One condition, for the distilled images and for random real ones. */
export interface ReportTransfer extends Result {
  readonly name: string;
  readonly randomReal: Result;
  /** Of an attack, whose accuracies are against the changed labels. */
  readonly attack?: object;
}

/** The rows as a table with what they mean; nothing where there are none. */
export function transferSection(rows: readonly ReportTransfer[]): string {
  if (rows.length === 0) return "";
  const body = rows.map(
    (row) =>
      `<tr><th scope="row">${escapeHtml(row.name)}</th><td>${cell(row)}</td><td>${cell(row.randomReal)}</td></tr>`,
  );
  const accuracy = rows.some(({ attack }) => attack)
    ? "Test accuracy, against the changed labels,"
    : "Test accuracy";
  return `<h2>Outside the recipe</h2>
<p class="soft">${accuracy} of networks trained on the images under other conditions. Images are distilled for one order, its learning rates, one initialisation and one network: where the first row stands far above another one, they are of little use there. Rates and epochs that a row states were chosen on training images, the others are the learned ones.</p>
<div class="card"><table><thead><tr><th scope="col">Condition</th><th scope="col">Distilled images</th><th scope="col">Random real images</th></tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

function cell({ accuracy, learningRate, epochs }: Result): string {
  const setting =
    learningRate === undefined
      ? ""
      : `<br><span class="soft">rate ${formatNumber(learningRate)}, ${epochs} epochs</span>`;
  return `${formatPercent(accuracy)}${setting}`;
}
