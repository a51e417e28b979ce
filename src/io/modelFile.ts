/** ONNX models in files. */
import { closeSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize, relative, sep } from "node:path";
import { type ModelFile, ModelFileError } from "../onnx/modelFile.ts";
import { decodeModel, type ReadExternal } from "../onnx/protobuf/decodeModel.ts";
import { describing, ModelError } from "./modelError.ts";

/**
 * Reads a model with the tensors that lie in files beside it.
 * @throws {ModelError} when there is no such file, it is no ONNX model, or a tensor's file is missing, too short or
 *   outside the model's folder.
 */
export async function readModelFile(path: string): Promise<ModelFile> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new ModelError(
      error.code === "ENOENT"
        ? `there is no file ${path}`
        : `cannot read the model ${path}: ${error.message}`,
    );
  });
  return describing(path, () => decodeModel(bytes, externalReader(dirname(path))));
}

/**
 * Reads what a model keeps in files of its folder. No byte is handed out twice, so that a model takes no more memory
 * than its files.
 */
export function externalReader(folder: string): ReadExternal {
  const taken = new Map<string, number>();
  return (location, offset, length) => {
    const path = inside(folder, location);
    const { size } = statSync(path);
    const wanted = length ?? size - offset;
    const total = (taken.get(path) ?? 0) + wanted;
    if (!(offset >= 0 && wanted >= 0 && offset + wanted <= size && total <= size)) {
      throw new ModelFileError(
        `${location} has ${size} bytes, but a tensor lies at ${offset} to ${offset + wanted}, and all take ${total}`,
      );
    }
    taken.set(path, total);
    const file = openSync(path, "r");
    try {
      return readRange(file, offset, wanted);
    } finally {
      closeSync(file);
    }
  };
}

/** One read may return less than asked for, and at most 2 GiB. */
function readRange(file: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const count = readSync(file, bytes, done, Math.min(length - done, 2 ** 30), offset + done);
    if (count === 0) throw new ModelFileError("a file beside it ends early");
    done += count;
  }
  return bytes;
}

/** The file of a location, without links. */
function inside(folder: string, location: string): string {
  const path = normalize(location);
  const outside = () =>
    new ModelFileError(`a tensor lies outside the model's folder, in ${location}`);
  if (isAbsolute(path) || path === ".." || path.startsWith(`..${sep}`)) throw outside();
  const file = join(folder, path);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new ModelFileError(`the file ${location} beside it is missing`);
  }
  const target = realpathSync(file);
  if (relative(realpathSync(folder), target).startsWith(`..${sep}`)) throw outside();
  return target;
}
