/** Tensors that an ONNX model keeps in files beside it. */
import { type FileHandle, open, realpath } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import type { ExternalLocation } from "../../onnx/initializers.ts";

/**
 * Reads what a model keeps outside its own file. No byte is handed out twice, so that a model takes no more memory than
 * its files.
 *
 * @throws Error when a path leads out of the model's folder, also through a link, or a file lacks the bytes.
 */
export function externalReader(model: string): (at: ExternalLocation) => Promise<Uint8Array> {
  const taken = new Map<string, number>();
  return async ({ location, offset, length }) => {
    const target = await fileBeside(model, location);
    const file = await open(target);
    try {
      const info = await file.stat();
      const size = info.isFile() ? info.size : 0;
      const total = (taken.get(target) ?? 0) + length;
      if (offset + length > size || total > size) {
        throw new Error(
          `Its weights are in ${location}: bytes ${offset} to ${offset + length}, ${total} in all, of a file that has ${size}.`,
        );
      }
      taken.set(target, total);
      return await readRange(file, offset, length);
    } finally {
      await file.close();
    }
  };
}

async function readRange(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) throw new Error("A file of weights was cut off while it was read.");
    filled += bytesRead;
  }
  return bytes;
}

/** The file's path without links. */
async function fileBeside(model: string, location: string): Promise<string> {
  const folder = await realpath(dirname(model));
  const path = resolve(folder, location);
  expectInside(folder, path, location);
  const target = await realpath(path).catch(() => {
    throw new Error(`Its weights are in ${location}, which is not beside it.`);
  });
  expectInside(folder, target, location);
  return target;
}

function expectInside(folder: string, path: string, location: string): void {
  if (path.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return;
  throw new Error(
    `Its weights are in ${JSON.stringify(location)}, which leads out of the model's folder; put the file beside the model.`,
  );
}
