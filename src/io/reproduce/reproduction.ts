/** A study part by part: what is finished is kept, what is not is done, and the report follows. */
import { mkdir } from "node:fs/promises";
import { MissingDataError } from "../../data/missingData.ts";
import type { PlannedPart } from "../../distill/studies/plannedParts.ts";
import type { Study } from "../../distill/studies/study.ts";
import type { NotRun, Reproduction } from "./outcome.ts";
import { otherParts, type PartResult, readPart, writePart } from "./partResult.ts";
import { type PartOptions, runPart } from "./runPart.ts";
import { writeStudyReport } from "./writeStudyReport.ts";

export interface ReproductionOptions extends PartOptions {
  readonly study: Study;
  readonly parts: readonly PlannedPart[];
  readonly command: string;
  readonly budget?: string;
  onPart?(planned: PlannedPart, state: "begins" | "kept" | "finished"): void;
  onNotRun?(notRun: NotRun): void;
}

/**
 * Runs the parts that are not finished and writes `report.md` and `report.html` after each of them, about all parts that
 * the folder has. Parts whose data or
 * recipe are not there are listed with the reason. Stops at the signal with everything saved; the same call continues.
 * @throws {RecipeError} when a part in the folder was made with other settings, before anything is run.
 */
export async function reproduce(options: ReproductionOptions): Promise<Reproduction> {
  const { study, parts, path, signal, command, budget } = options;
  const results = new Map<string, PartResult>();
  for (const planned of parts) {
    const kept = await readPart(path, planned);
    if (!kept) continue;
    results.set(planned.name, kept);
    options.onPart?.(planned, "kept");
  }
  await mkdir(path, { recursive: true });
  const notRun: NotRun[] = [];
  const state = (): Reproduction => ({
    study,
    command,
    budget,
    finished: parts.flatMap(({ name }) => results.get(name) ?? []),
    notRun,
    unfinished: parts
      .map(({ name }) => name)
      .filter((name) => !results.has(name) && notRun.every((other) => other.name !== name)),
  });
  const others = await otherParts(path, study, parts);
  const report = (): Promise<void> => {
    const finished = [...state().finished, ...others].sort((a, b) => a.seed - b.seed);
    return writeStudyReport(path, { ...state(), finished });
  };
  for (const planned of parts) {
    if (results.has(planned.name)) continue;
    if (signal?.aborted) break;
    const result = await runOrReason(planned, options);
    if (result === undefined) break;
    if (typeof result === "string") {
      notRun.push({ name: planned.name, title: planned.part.title, reason: result });
      options.onNotRun?.(notRun.at(-1)!);
    } else {
      await writePart(path, planned, result);
      results.set(planned.name, result);
      options.onPart?.(planned, "finished");
    }
    await report();
  }
  await report();
  return state();
}

/** The result; the reason where there can be none; undefined after a stop. */
async function runOrReason(
  planned: PlannedPart,
  options: ReproductionOptions,
): Promise<PartResult | string | undefined> {
  options.onPart?.(planned, "begins");
  try {
    return await runPart(planned, options);
  } catch (error) {
    if (error instanceof MissingDataError) return error.message;
    if (options.signal?.aborted && error === options.signal.reason) return undefined;
    throw error;
  }
}
