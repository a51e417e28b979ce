/** What a user gives as weights: files of one network each, or a folder of networks that are trained here. */
import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";

const ENDINGS = [".safetensors", ".npz", ".onnx", ".pth", ".pt"];
/** What training leaves in a folder: networks, their list, and some between two epochs. */
const TRAINED_HERE = /^(network-\d{4,}\.safetensors|networks\.json|unfinished\.safetensors)$/;
const TRAINED_NETWORK = /^network-\d{4,}\.safetensors$/;

/**
 * The files of weights among paths, those of a folder in order of their names. Undefined where the only path is a folder
 * to train networks into: it holds such already, holds no files of weights, or is not there yet.
 *
 * @param trainable whether it is known how networks are trained; if not, a folder is one of files.
 * @throws Error when a path is not there, or a folder holds no file of weights.
 */
export async function weightFiles(
  paths: readonly string[],
  trainable: boolean,
): Promise<string[] | undefined> {
  if (trainable && paths.length === 1 && (await isTrainingFolder(paths[0]!))) return undefined;
  const files: string[] = [];
  for (const path of paths) files.push(...(await filesAt(path)));
  return files;
}

async function isTrainingFolder(path: string): Promise<boolean> {
  const names = await namesIn(path);
  if (names) return names.some((name) => TRAINED_HERE.test(name)) || !names.some(isWeightFile);
  return !isWeightFile(path) && !(await stat(path).catch(() => undefined));
}

async function filesAt(path: string): Promise<string[]> {
  if (!(await stat(path).catch(() => undefined))) {
    throw new Error(`${path}: there is no such file of weights.`);
  }
  const names = await namesIn(path);
  if (!names) return [path];
  const ours = names.some((name) => TRAINED_HERE.test(name));
  const files = names.filter((name) => (ours ? TRAINED_NETWORK.test(name) : isWeightFile(name)));
  if (files.length > 0) return files.sort().map((name) => join(path, name));
  throw new Error(`${path} holds no file of weights; they end in ${ENDINGS.join(", ")}.`);
}

/** Undefined for what is no folder. */
const namesIn = (path: string): Promise<string[] | undefined> =>
  readdir(path).catch(() => undefined);

const isWeightFile = (name: string): boolean => ENDINGS.includes(extname(name));
