/** A study's report as one HTML document with everything in it, in the style of the runs' reports. */
import { escapeHtml } from "../escapeHtml.ts";
import { sheet } from "../report.ts";
import { REPORT_STYLE } from "../reportStyle.ts";
import type { StudyDocument, StudySection, StudyTable } from "./studyDocument.ts";

/** Tables here have several columns of their own widths. */
const STUDY_STYLE = `
.card + .card, .card + .charts, .sheet + .card, figure + .card, .charts + .card, p + .card { margin-top: .9rem; }
.scroll { overflow-x: auto; }
.scroll th { width: auto; }
.charts { grid-template-columns: repeat(auto-fill, minmax(min(100%, 27rem), 1fr)); }
.reason { white-space: pre-wrap; }
`;

/** Throws where a picture is not a PNG file. */
export function studyHtml(document: StudyDocument): string {
  const { title, paragraphs, overview, notRun, unfinished, sections, command } = document;
  const name = escapeHtml(title);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${name}</title>
<style>${REPORT_STYLE}${STUDY_STYLE}</style>
</head>
<body>
<main>
<h1>${name}</h1>
${paragraphs.map((text) => `<p class="soft">${escapeHtml(text)}</p>`).join("\n")}
${overview ? `<h2>At a glance</h2>${tableHtml(overview)}` : ""}
${notRun.length > 0 ? `<h2>Not run</h2>${notRun.map(notRunHtml).join("")}` : ""}
${unfinished.length > 0 ? `<h2>Not finished yet</h2><div class="card">${escapeHtml(unfinished.join(", "))}</div>` : ""}
${sections.map(sectionHtml).join("\n")}
<h2>To repeat it</h2>
${commandsHtml([command])}
</main>
</body>
</html>
`;
}

const notRunHtml = ({ title, reason }: StudyDocument["notRun"][number]): string =>
  `<div class="card"><strong>${escapeHtml(title)}</strong><p class="reason">${escapeHtml(reason)}</p></div>`;

function sectionHtml({
  title,
  paragraphs,
  tables,
  pictures,
  charts,
  commands,
}: StudySection): string {
  const drawn = charts.map(
    (chart) => `<section class="card"><h3>${escapeHtml(chart.title)}</h3>${chart.svg}</section>`,
  );
  const [first, ...others] = tables.map(tableHtml);
  return [
    `<h2>${escapeHtml(title)}</h2>`,
    ...paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`),
    first ?? "",
    drawn.length > 0 ? `<div class="charts">${drawn.join("")}</div>` : "",
    ...pictures.map(({ png, name, caption }) => sheet(png, name, caption)),
    ...others,
    commands.length > 0 ? commandsHtml(commands) : "",
  ].join("\n");
}

function tableHtml({ caption, header, rows }: StudyTable): string {
  const head = header.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join("");
  const body = rows.map(([name = "", ...cells]) => {
    const rest = cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("");
    return `<tr><th scope="row">${escapeHtml(name)}</th>${rest}</tr>`;
  });
  const about = caption ? `<caption>${escapeHtml(caption)}</caption>` : "";
  return `<div class="card scroll"><table>${about}<thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

const commandsHtml = (commands: readonly string[]): string =>
  `<div class="card"><pre class="command" tabindex="0" aria-label="Commands">${escapeHtml(commands.join("\n"))}</pre></div>`;
