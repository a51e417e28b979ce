/** What a user gives as weights: files of one network each, or a folder of networks that are trained here. */
import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";

const ENDINGS = [".safetensors", ".npz", ".onnx", ".pth", ".pt"];
/** What `train` leaves in a folder. */
const TRAINED_HERE = /^(networks\.json|network-\d{4,}\.safetensors|unfinished\.safetensors)$/;
const TRAINED_NETWORK = /^network-\d{4,}\.safetensors$/;

/**
 * The files of weights among paths, those of a folder in order of their names. Undefined where the only path is a folder
 * to train networks into: it is not there yet, holds none, or holds such already.
 *
 * @param trainable whether it is known how networks are trained; if not, a folder is one of files.
 * @throws Error when a path is not there, or a folder among several holds no file of weights.
 */
export async function weightFiles(
  paths: readonly string[],
  trainable: boolean,
): Promise<string[] | undefined> {
  const files: string[] = [];
  for (const path of paths) {
    const info = await stat(path).catch(() => undefined);
    const names: string[] = info?.isDirectory() ? await readdir(path) : [];
    const trainedHere = names.some((name) => TRAINED_HERE.test(name));
    const found = info?.isDirectory()
      ? names
          .filter((name) => (trainedHere ? TRAINED_NETWORK.test(name) : isWeightFile(name)))
          .sort()
          .map((name) => join(path, name))
      : info && [path];
    const folder = info === undefined ? !isWeightFile(path) : info.isDirectory();
    if (trainable && paths.length === 1 && folder && (trainedHere || !found?.length))
      return undefined;
    if (found === undefined) throw new Error(`${path}: there is no such file of weights.`);
    if (found.length === 0) {
      throw new Error(`${path} holds no file of weights; they end in ${ENDINGS.join(", ")}.`);
    }
    files.push(...found);
  }
  return files;
}

const isWeightFile = (name: string): boolean => ENDINGS.includes(extname(name));
