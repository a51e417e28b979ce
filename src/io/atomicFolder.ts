import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { temporaryName } from "./atomicFile.ts";

/**
 * Makes a folder that is either wholly there or not at all: `fill` writes into a hidden one beside it, which is renamed
 * when it is done and removed when it fails.
 * @throws when `path` exists and is not an empty folder.
 */
export async function writeFolderAtomic(
  path: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  await expectUnused(path);
  const temporary = temporaryName(path);
  await mkdir(dirname(path), { recursive: true });
  await mkdir(temporary);
  try {
    await fill(temporary);
    await expectUnused(path);
    await rm(path, { recursive: true, force: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** @throws when there is a file, or a folder that is not empty. */
export async function expectUnused(path: string): Promise<void> {
  const entries = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    if (error.code === "ENOTDIR") return [path];
    throw error;
  });
  if (entries.length === 0) return;
  throw new Error(
    `${path} exists already and is never overwritten: remove it, or choose another folder with --out`,
  );
}
