import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

let written = 0;

/**
 * Writes a file that is either wholly there or not at all: to a temporary name in the same folder,
 * flushed to disk, then renamed over `path`. On failure the temporary file is removed and an
 * existing file stays as it was.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = temporaryName(path);
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** A hidden name beside `path` that no other write uses. */
export function temporaryName(path: string): string {
  written++;
  return join(dirname(path), `.${basename(path)}.${process.pid}-${written}.tmp`);
}

/** Whether a file is what a write leaves behind whose process was killed. */
export const isTemporaryFile = (name: string): boolean => /^\..*\.\d+-\d+\.tmp$/.test(name);

/** Makes the rename itself durable, on systems that can flush a folder. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
