/** Files of weights: named tensors as float32, from and to disk. */
import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { externalReader } from "../modelFile.ts";
import { decodeParameters } from "./decodeParameters.ts";
import type { NamedTensors } from "./namedTensors.ts";

/**
 * The named tensors of a file of weights, as float32: safetensors, .npz, an ONNX model's float initializers (in files
 * beside it too), or a PyTorch state_dict in the zip format of torch.save. The content says which, not the name.
 *
 * @throws Error that names the file, for other formats and for anything damaged or malformed.
 */
export async function readParameters(path: string): Promise<NamedTensors> {
  try {
    const { buffer, byteOffset, byteLength } = await readFile(path);
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    return await decodeParameters(bytes, basename(path), externalReader(dirname(path)));
  } catch (cause) {
    throw new Error(`${path}: ${(cause as Error).message}`, { cause });
  }
}
