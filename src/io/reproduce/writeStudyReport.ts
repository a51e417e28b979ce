/** report.md and report.html of a study, from the parts that are finished. */
import { join } from "node:path";
import { BEFORE, DISTILLED_ROW } from "../../distill/studies/study.ts";
import { writeFileAtomic } from "../atomicFile.ts";
import { curveSection } from "./curveSection.ts";
import type { Reproduction } from "./outcome.ts";
import type { PartResult } from "./partResult.ts";
import { partSection } from "./partSection.ts";
import type { StudyDocument, StudySection, StudyTable } from "./studyDocument.ts";
import { studyHtml } from "./studyHtml.ts";
import { studyMarkdown } from "./studyMarkdown.ts";
import { comparedWith, measuredText, overSeeds, paperText, rowsOf } from "./studyRows.ts";

const REPORTED =
  "Mean and standard deviation over n networks, or over seeds where there are several. The paper is Wang et al., Dataset Distillation, arXiv 1811.10959; its numbers marked (not re-read) were not checked against its tables.";

/** Writes both reports into the study's folder. */
export async function writeStudyReport(path: string, state: Reproduction): Promise<void> {
  const document = await documentOf(path, state);
  await writeFileAtomic(join(path, "report.md"), studyMarkdown(document));
  await writeFileAtomic(join(path, "report.html"), studyHtml(document));
}

async function documentOf(path: string, state: Reproduction): Promise<StudyDocument> {
  const { study, finished, notRun, unfinished, command, budget } = state;
  const curves = (study.curves ?? []).flatMap(
    (curve, index) => curveSection(curve, index, finished) ?? [],
  );
  const sections: StudySection[] = [...curves];
  for (const part of study.parts) {
    const results = resultsOf(part.name, finished);
    if (results.length > 0) sections.push(await partSection(path, part, results));
  }
  return {
    title: study.title,
    paragraphs: [
      study.description,
      ...(budget ? [`Made at a smaller budget than the study's own: ${budget}.`] : []),
      REPORTED,
    ],
    overview: finished.length > 0 ? overviewOf(state) : undefined,
    notRun,
    unfinished,
    sections,
    command,
  };
}

const resultsOf = (part: string, finished: readonly PartResult[]): PartResult[] =>
  finished.filter((result) => result.part === part);

function overviewOf({ study, finished }: Reproduction): StudyTable {
  const rows = study.parts.flatMap((part) => {
    const results = resultsOf(part.name, finished);
    if (results.length === 0) return [];
    const all = rowsOf(part, results);
    const [before, distilled] = [BEFORE, DISTILLED_ROW].map((name) =>
      measuredText(overSeeds(all.find((row) => row.name === name)!)),
    );
    const best = comparedWith(all)[0];
    return [
      [
        part.title,
        paperText(part.paper[DISTILLED_ROW]),
        distilled!,
        before!,
        best ? `${best.name}: ${measuredText(best.value)}` : "-",
      ],
    ];
  });
  return {
    header: ["Part", "Paper", "Distilled images", "Before training", "Best of the others"],
    rows,
  };
}
