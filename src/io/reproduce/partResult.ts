/** Finished parts of a study as files, and whether they are those that are asked for. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BaselineEntry } from "../../distill/baselines/entries.ts";
import { recipeDifferences } from "../../distill/differences.ts";
import { type Recipe, RecipeError } from "../../distill/recipe.ts";
import type { PlannedPart } from "../../distill/studies/plannedParts.ts";
import type { Comparison, Study } from "../../distill/studies/study.ts";
import { writeFileAtomic } from "../atomicFile.ts";
import { RunDirectory } from "../runDirectory.ts";
import type { RunSummary } from "../runReport.ts";

/** `<part>-<seed>.json`: what a part was, what it achieved and how it is made again. */
export interface PartResult {
  readonly part: string;
  readonly seed: number;
  readonly comparison: Comparison;
  readonly recipe: Recipe;
  readonly summary: RunSummary;
  /** Every baseline and k-NN, where they were asked for. */
  readonly baselines: readonly BaselineEntry[];
  /** Seconds: of training over all sessions, of the baselines, and of the whole session that finished the part. */
  readonly seconds: {
    readonly training: number;
    readonly baselines: number;
    readonly session: number;
  };
  readonly commands: readonly string[];
}

const fileOf = (path: string, { name }: PlannedPart): string => join(path, `${name}.json`);

/** Folder of a part's run. */
export const runFolder = (path: string, { name }: PlannedPart): string => join(path, name);

export const writePart = (path: string, planned: PlannedPart, result: PartResult): Promise<void> =>
  writeFileAtomic(fileOf(path, planned), `${JSON.stringify(result, undefined, 2)}\n`);

/**
 * A finished part; undefined where it is not finished.
 * @throws {RecipeError} when it, or its unfinished run, was made with other settings.
 */
export async function readPart(
  path: string,
  planned: PlannedPart,
): Promise<PartResult | undefined> {
  const file = fileOf(path, planned);
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) {
    const folder = runFolder(path, planned);
    if (await RunDirectory.isUnused(folder)) return undefined;
    expectSameRecipe(folder, await (await RunDirectory.open(folder)).recipe(), planned.recipe);
    return undefined;
  }
  const result = JSON.parse(text) as PartResult;
  expectSameRecipe(file, result.recipe, planned.recipe);
  if (result.comparison !== planned.comparison)
    throw otherSettings(file, "comparison", result.comparison, planned.comparison);
  return result;
}

/** Finished parts of the study that a folder has besides the planned ones, by whatever settings they were made. */
export async function otherParts(
  path: string,
  study: Study,
  planned: readonly PlannedPart[],
): Promise<PartResult[]> {
  const files = new Set(planned.map(({ name }) => `${name}.json`));
  const parts = new Set(study.parts.map(({ name }) => name));
  const others = (await readdir(path)).filter(
    (name) => parts.has(/^(.+)-\d+\.json$/.exec(name)?.[1] ?? "") && !files.has(name),
  );
  const texts = await Promise.all(others.map((name) => readFile(join(path, name), "utf8")));
  return texts.map((text) => JSON.parse(text) as PartResult);
}

function expectSameRecipe(where: string, made: Recipe, wanted: Recipe): void {
  const [difference] = recipeDifferences(made, wanted);
  if (difference) throw otherSettings(where, difference.field, difference.first, difference.second);
}

const otherSettings = (where: string, field: string, made: unknown, wanted: unknown): RecipeError =>
  new RecipeError(
    `${where} was made with ${field} ${JSON.stringify(made)}, but ${JSON.stringify(wanted)} is asked for: ` +
      "give the options that it was made with, or another folder with --out",
  );
