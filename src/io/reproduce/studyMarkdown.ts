/** A study's report as Markdown; its pictures are files beside it. */
import type { StudyDocument, StudySection, StudyTable } from "./studyDocument.ts";

export function studyMarkdown(document: StudyDocument): string {
  const { title, paragraphs, overview, notRun, unfinished, sections, command } = document;
  const blocks = [
    `# ${title}`,
    ...paragraphs,
    ...(overview ? [tableText(overview)] : []),
    ...(notRun.length > 0 ? ["## Not run", ...notRun.map(notRunText)] : []),
    ...(unfinished.length > 0
      ? ["## Not finished yet", unfinished.map((name) => `- ${name}`).join("\n")]
      : []),
    ...sections.flatMap(sectionBlocks),
    "## To repeat it",
    commandText([command]),
  ];
  return `${blocks.join("\n\n")}\n`;
}

const notRunText = ({ title, reason }: StudyDocument["notRun"][number]): string =>
  `**${title}**\n\n${reason
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n")}`;

const sectionBlocks = ({
  title,
  paragraphs,
  tables,
  pictures,
  commands,
}: StudySection): string[] => [
  `## ${title}`,
  ...paragraphs,
  ...tables.map(tableText),
  ...pictures.map(({ name, file }) => `![${name}](${file})`),
  ...(commands.length > 0 ? [commandText(commands)] : []),
];

function tableText({ caption, header, rows }: StudyTable): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const table = [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
  return caption ? `${caption}:\n\n${table}` : table;
}

const commandText = (commands: readonly string[]): string =>
  `\`\`\`sh\n${commands.join("\n")}\n\`\`\``;
