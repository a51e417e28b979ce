import { open, rename, rm } from "node:fs/promises";

/**
 * Writes a file of the given parts whole or not at all: under a temporary name, flushed, renamed.
 *
 * @throws Error when the folder cannot be written; nothing is left behind then.
 */
export async function installFile(path: string, ...parts: readonly Uint8Array[]): Promise<void> {
  const temporary = `${path}.${process.pid}.part`;
  try {
    const out = await open(temporary, "w");
    try {
      for (const part of parts) await out.writeFile(part);
      await out.sync();
    } finally {
      await out.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
