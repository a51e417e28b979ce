/** What is wrong with a model, told with the name of its file. */
import { ImportError } from "../onnx/import/error.ts";
import { ModelFileError } from "../onnx/modelFile.ts";

/** A model cannot be read or distilled against; the text names the file. */
export class ModelError extends Error {
  override readonly name = "ModelError";
}

/**
 * Runs what works on a model.
 * @throws {ModelError} with the file's name instead of errors of reading and importing.
 */
export function describing<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ModelFileError) {
      throw new ModelError(`${path} is not a model that can be read: ${error.message}`);
    }
    if (error instanceof ImportError) {
      throw new ModelError(`${path} cannot be distilled against: ${error.message}`);
    }
    throw error;
  }
}
