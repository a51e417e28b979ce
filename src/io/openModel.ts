/** A model in a file, ready to be distilled against. */
import { basename, extname } from "node:path";
import { importedNetwork } from "../distill/importedNetwork.ts";
import type { GivenNetwork } from "../distill/problem.ts";
import { type ImportedModel, type ImportOptions, importModel } from "../onnx/import/importModel.ts";
import type { ModelFile } from "../onnx/modelFile.ts";
import { describing, readModelFile } from "./modelFile.ts";

export interface OpenModel extends GivenNetwork {
  readonly model: ImportedModel;
}

export interface OpenModelOptions extends ImportOptions {
  /** Draws the weights of a new head. */
  readonly seed?: number;
}

/**
 * Reads a model as a network called like its file.
 * @throws {ModelError} when it cannot be read or distilled against.
 */
export async function openModel(path: string, options: OpenModelOptions = {}): Promise<OpenModel> {
  return networkOfModel(path, await readModelFile(path), options);
}

/** The same of a model that was read before. */
export function networkOfModel(
  path: string,
  file: ModelFile,
  { seed = 0, ...options }: OpenModelOptions,
): OpenModel {
  const model = describing(path, () => importModel(file, options));
  return { model, ...importedNetwork(basename(path, extname(path)), model, seed) };
}
