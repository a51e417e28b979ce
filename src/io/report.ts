/** A run's report.html: one file with everything in it. */
import { escapeHtml } from "./escapeHtml.ts";
import type { LearnedLabel } from "./learnedLabels.ts";
import type { Statistic } from "./quantities.ts";
import { formatCount, formatDuration, formatNumber, formatPercent } from "./quantities.ts";
import { accuracyChart, learningRateChart, lossChart, type ReportEvent } from "./reportCharts.ts";
import { REPORT_STYLE } from "./reportStyle.ts";
import { type ReportTransfer, transferSection } from "./reportTransfer.ts";

export interface ReportData {
  readonly title: string;
  /** The exact command line of the run. */
  readonly command: string;
  /** The recipe as validated, shown as JSON. */
  readonly recipe: object;
  /** The summary table. */
  readonly rows: readonly { readonly label: string; readonly value: string }[];
  /** Sheets as drawn by renderGrid and renderStrip with their default contrast. */
  readonly distilledPng: Uint8Array;
  readonly initialPng?: Uint8Array;
  readonly stripPng?: Uint8Array;
  /** Of soft labels; hard ones are the columns of the sheets. */
  readonly learnedLabels?: readonly LearnedLabel[];
  readonly events: readonly ReportEvent[];
  /** Accuracy fractions; the final one defaults to that of the last evaluated event. */
  readonly accuracy?: Statistic;
  readonly baseline?: Statistic & { readonly name: string };
  readonly before?: Statistic;
  /** What the images are good for outside their recipe. */
  readonly transfer?: readonly ReportTransfer[];
  /** Package or runtime name to version. */
  readonly versions: Readonly<Record<string, string>>;
}

const PNG_SIGNATURE = "89504e470d0a1a0a";

function pngSize(png: Uint8Array): { width: number; height: number } {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  if (bytes.length < 24 || bytes.toString("hex", 0, 8) !== PNG_SIGNATURE) {
    throw new Error(`expected the bytes of a PNG file, got ${bytes.length} others`);
  }
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** A picture that may be wider than the page, with its caption. Throws where it is not a PNG file. */
export function sheet(png: Uint8Array, name: string, caption: string): string {
  const { width, height } = pngSize(png);
  const source = `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
  return `<figure><div class="sheet" tabindex="0" role="region" aria-label="${escapeHtml(name)}"><img src="${source}" width="${width}" height="${height}" alt="${escapeHtml(name)}"></div><figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}

function tile(name: string, accuracy: Statistic): string {
  const [, mean, rest] = /^(\S+)(.*)$/.exec(formatPercent(accuracy))!;
  return `<div class="card"><dt>${escapeHtml(name)}</dt><dd><strong>${mean}</strong>${escapeHtml(rest!)}</dd></div>`;
}

function tiles({ accuracy, events, before, baseline }: ReportData): string {
  const final = accuracy ?? events.findLast((event) => event.accuracy)?.accuracy;
  const shown = [
    final && tile("Trained on the distilled images", final),
    before && tile("Before training", before),
    baseline && tile(`Baseline: ${baseline.name}`, baseline),
  ].filter((entry) => entry !== undefined);
  return shown.length > 0 ? `<dl class="tiles">${shown.join("")}</dl>` : "";
}

function figure(title: string, chart: string | null): string {
  return chart === null
    ? ""
    : `<section class="card"><h3>${escapeHtml(title)}</h3>${chart}</section>`;
}

function charts({ events, baseline }: ReportData): string {
  if (events.length === 0) return "";
  return `<h2>Over time</h2><div class="charts">${figure("Outer loss", lossChart(events))}${figure("Accuracy", accuracyChart(events, baseline))}${figure("Learning rates", learningRateChart(events))}</div>${eventTable(events)}`;
}

function eventTable(events: readonly ReportEvent[]): string {
  const shown = events.filter((event, index) => event.accuracy || index === events.length - 1);
  const rows = shown.map(
    ({ iteration, seconds, loss, accuracy }) =>
      `<tr><td>${formatCount(iteration)}</td><td>${formatDuration(seconds)}</td><td>${formatNumber(loss)}</td><td>${accuracy ? formatPercent(accuracy) : "-"}</td></tr>`,
  );
  return `<details><summary>Evaluations as a table</summary><div class="card"><table><thead><tr><th scope="col">Iteration</th><th scope="col">Time</th><th scope="col">Loss</th><th scope="col">Accuracy</th></tr></thead><tbody>${rows.join("")}</tbody></table></div></details>`;
}

function labelTable(labels: readonly LearnedLabel[]): string {
  const rows = labels.map(
    ({ step, image, start, label }) =>
      `<tr><td>${step}</td><td>${image}</td><td>${escapeHtml(start)}</td><td>${escapeHtml(label)}</td></tr>`,
  );
  return `<details><summary>Learned labels</summary><div class="card"><table><caption>The largest entries of each label; entries need not sum to 1.</caption><thead><tr><th scope="col">Step</th><th scope="col">Image</th><th scope="col">Started as</th><th scope="col">Learned label</th></tr></thead><tbody>${rows.join("")}</tbody></table></div></details>`;
}

function table(rows: ReportData["rows"]): string {
  const body = rows.map(
    ({ label, value }) =>
      `<tr><th scope="row">${escapeHtml(label)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<div class="card"><table><tbody>${body.join("")}</tbody></table></div>`;
}

/**
 * The report as one HTML document: images as data URIs, charts as inline SVG, no script and
 * nothing from outside. Accuracies are fractions in the data and per cent in the text. Throws
 * where an image is not a PNG file.
 */
export function renderReport(data: ReportData): string {
  const versions = Object.entries(data.versions).map(([label, value]) => ({ label, value }));
  const sheets = [
    sheet(
      data.distilledPng,
      "Distilled images",
      "One column per class. Pixels in [0,1] are shown as they are; where some lie outside, black and white stand 2.5 standard deviations either side of the mean of all.",
    ),
    data.learnedLabels && labelTable(data.learnedLabels),
    data.stripPng &&
      `<h2>How they formed</h2>${sheet(data.stripPng, "Distilled images over the iterations", "The first image of each class, all rows with the same contrast.")}`,
    data.initialPng &&
      `<details><summary>The images it started from</summary>${sheet(data.initialPng, "Initial images", "Before the first iteration.")}</details>`,
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escapeHtml(data.title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(data.title)}</h1>
<p class="soft">Dataset distillation run</p>
${tiles(data)}
<h2>Distilled images</h2>
${sheets.filter((entry) => entry !== undefined).join("\n")}
${charts(data)}
${transferSection(data.transfer ?? [])}
<h2>Summary</h2>
${table(data.rows)}
<h2>To repeat it</h2>
<div class="card"><pre class="command" tabindex="0" aria-label="Command">${escapeHtml(data.command)}</pre></div>
<details><summary>Recipe</summary><div class="card"><pre tabindex="0" aria-label="Recipe as JSON">${escapeHtml(JSON.stringify(data.recipe, null, 2))}</pre></div></details>
<h2>Versions</h2>
${table(versions)}
</main>
</body>
</html>
`;
}
