/** The graphs of a recipe in a folder. */
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "./atomicFile.ts";
import {
  type EncodeOptions,
  encodeGraphs,
  GRAPHS_FORMAT,
  type GraphFile,
  MANIFEST,
  WEIGHTS,
} from "./encodedGraphs.ts";

/**
 * Writes the graphs of a recipe and their manifest.json, which comes last: a directory with a manifest is
 * complete. Graphs that were written there before are replaced.
 *
 * @throws when the directory holds something else.
 */
export async function writeGraphs(
  directory: string,
  options: EncodeOptions,
): Promise<readonly GraphFile[]> {
  const { files, graphs } = encodeGraphs(options);
  await mkdir(directory, { recursive: true });
  await refuseForeign(directory, [...graphs.map(({ file }) => file), WEIGHTS]);
  if (files.has(WEIGHTS)) await refuseForeignWeights(directory);
  await rm(join(directory, MANIFEST), { force: true });
  for (const [name, bytes] of files) await writeFileAtomic(join(directory, name), bytes);
  return graphs;
}

/** Lets pass what is empty, what has a manifest of ours, and what an interrupted run left behind. */
async function refuseForeign(directory: string, own: readonly string[]): Promise<void> {
  const entries = (await readdir(directory)).filter((entry) => !entry.startsWith("."));
  if (entries.includes(MANIFEST) ? await isOurs(join(directory, MANIFEST)) : isPart(entries, own))
    return;
  throw new Error(
    `${directory} holds files that are no graphs of ours: choose an empty or new directory, or one with a ` +
      `${MANIFEST} of format "${GRAPHS_FORMAT}" to replace its graphs`,
  );
}

/** Weights that no manifest of ours names are the user's. */
async function refuseForeignWeights(directory: string): Promise<void> {
  const entries = await readdir(directory);
  if (!entries.includes(WEIGHTS) || !entries.includes(MANIFEST)) return;
  const { weights } = JSON.parse(await readFile(join(directory, MANIFEST), "utf8"));
  if (weights === WEIGHTS) return;
  throw new Error(
    `${join(directory, WEIGHTS)} is not of these graphs: move it, or choose another directory`,
  );
}

const isPart = (entries: readonly string[], own: readonly string[]): boolean =>
  entries.every((entry) => own.includes(entry));

async function isOurs(path: string): Promise<boolean> {
  try {
    return JSON.parse(await readFile(path, "utf8"))?.format === GRAPHS_FORMAT;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
