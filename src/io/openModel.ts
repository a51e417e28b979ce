/** A model in a file, ready to be distilled against. */
import { readModelFile } from "./modelFile.ts";
import { networkOfModel, type OpenModel, type OpenModelOptions } from "./modelNetwork.ts";

/**
 * Reads a model as a network called like its file.
 * @throws {ModelError} when it cannot be read or distilled against.
 */
export async function openModel(path: string, options: OpenModelOptions = {}): Promise<OpenModel> {
  return networkOfModel(path, await readModelFile(path), options);
}
