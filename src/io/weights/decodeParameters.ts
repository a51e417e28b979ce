/** Parameters of a network out of a file of any format that is known, told apart by its content. */
import { zipEntries } from "../../formats/zip.ts";
import { isFloat } from "../../onnx/modelFile.ts";
import { decodeModel, type ReadExternal } from "../../onnx/protobuf/decodeModel.ts";
import { decodeSafetensors, type RawTensor } from "../safetensors.ts";
import { float32Numbers } from "./float32Numbers.ts";
import type { NamedTensor, NamedTensors } from "./namedTensors.ts";
import { decodeNpzTensors } from "./npzFile.ts";
import { decodeTorchFile, isLegacyTorch, isTorchArchive } from "./torchFile.ts";

export const weightFormats =
  "safetensors, .npz, .onnx, and PyTorch's .pth or .pt as torch.save writes them";

/**
 * The named tensors of a safetensors, .npz, ONNX or PyTorch file, as float32.
 *
 * @param name the file's name, whose ending decides where the content does not.
 * @param readExternal fetches tensors that an ONNX model keeps in other files.
 * @throws Error for other formats and for anything damaged or malformed.
 */
export async function decodeParameters(
  bytes: Uint8Array,
  name: string,
  readExternal?: ReadExternal,
): Promise<NamedTensors> {
  const tensors = new Map<string, NamedTensor>();
  for (const [tensor, raw] of await rawTensors(bytes, name, readExternal)) {
    try {
      tensors.set(tensor, { shape: raw.shape, data: float32Numbers(raw) });
    } catch (cause) {
      throw new Error(`Tensor ${JSON.stringify(tensor)}: ${(cause as Error).message}.`, { cause });
    }
  }
  return tensors;
}

async function rawTensors(
  bytes: Uint8Array,
  name: string,
  readExternal: ReadExternal | undefined,
): Promise<Iterable<[string, RawTensor]>> {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return archivedTensors(bytes);
  if (looksLikeSafetensors(bytes)) return decodeSafetensors(bytes).tensors;
  if (isLegacyTorch(bytes)) {
    throw new Error(
      "It is in PyTorch's format before version 1.6, which is not read; save it again in Python: torch.save(torch.load(path, weights_only=True), path).",
    );
  }
  if (bytes[0] === MODEL_IR_VERSION || name.endsWith(".onnx")) {
    return initializerTensors(bytes, readExternal);
  }
  if (name.endsWith(".safetensors")) return decodeSafetensors(bytes).tensors;
  const start = [...bytes.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new Error(
    `Not a file of weights that is known: it begins with ${start || "nothing"}. Known are ${weightFormats}.`,
  );
}

/** The first byte of a ModelProto whose first field is its version, as all known writers have it. */
const MODEL_IR_VERSION = 0x08;

/** Eight bytes of a length below 2^32, then a JSON object. */
const looksLikeSafetensors = (bytes: Uint8Array): boolean =>
  bytes[8] === 0x7b && bytes.subarray(4, 8).every((byte) => byte === 0);

async function archivedTensors(bytes: Uint8Array): Promise<Map<string, RawTensor>> {
  const entries = zipEntries(bytes);
  if (isTorchArchive(entries)) return decodeTorchFile(bytes, entries);
  if (entries.some(({ name }) => name.endsWith(".npy"))) return decodeNpzTensors(bytes);
  throw new Error(
    `The zip archive is neither PyTorch's nor NumPy's: it has no data.pkl and no .npy file. Known are ${weightFormats}.`,
  );
}

/** The weights of an ONNX model are its float initializers; others hold shapes and indices. */
function initializerTensors(
  bytes: Uint8Array,
  readExternal: ReadExternal | undefined,
): Map<string, RawTensor> {
  const tensors = new Map<string, RawTensor>();
  for (const { name, type, shape, data } of decodeModel(bytes, readExternal).initializers) {
    if (!isFloat(type)) continue;
    if (tensors.has(name)) throw new Error(`Two initializers are named ${JSON.stringify(name)}.`);
    tensors.set(name, {
      dtype: data instanceof Float64Array ? "F64" : "F32",
      shape: [...shape],
      bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    });
  }
  if (tensors.size > 0) return tensors;
  throw new Error("The ONNX model has no float initializers.");
}
