/** Parameters of a network out of a file of any format that is known, told apart by its content. */
import { zipEntries } from "../../data/formats/zip.ts";
import {
  decodeInitializers,
  type ExternalLocation,
  type FloatType,
  type Initializer,
} from "../../onnx/initializers.ts";
import { decodeSafetensors, type RawTensor, type SafetensorsDtype } from "../safetensors.ts";
import { float32Numbers } from "./float32Numbers.ts";
import type { NamedTensor, NamedTensors } from "./namedTensors.ts";
import { decodeNpzTensors } from "./npzFile.ts";
import { decodeTorchFile, isLegacyTorch, isTorchArchive } from "./torchFile.ts";

export const weightFormats =
  "safetensors, .npz, .onnx, and PyTorch's .pth or .pt as torch.save writes them";

/** How tensors are fetched that an ONNX model keeps in other files. */
export type ReadExternal = (location: ExternalLocation) => Promise<Uint8Array>;

/**
 * The named tensors of a safetensors, .npz, ONNX or PyTorch file, as float32.
 *
 * @param name the file's name, whose ending decides where the content does not.
 * @throws Error for other formats and for anything damaged or malformed.
 */
export async function decodeParameters(
  bytes: Uint8Array,
  name: string,
  readExternal: ReadExternal = refuseExternal,
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
  readExternal: ReadExternal,
): Promise<Iterable<[string, RawTensor]>> {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return archivedTensors(bytes);
  if (looksLikeSafetensors(bytes)) return decodeSafetensors(bytes).tensors;
  if (isLegacyTorch(bytes)) {
    throw new Error(
      "It is in PyTorch's format before version 1.6, which is not read; save it again in Python: torch.save(torch.load(path, weights_only=True), path).",
    );
  }
  if (bytes[0] === MODEL_IR_VERSION || name.endsWith(".onnx")) {
    return initializerTensors(decodeInitializers(bytes), readExternal);
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

const dtypes: Readonly<Record<FloatType, SafetensorsDtype>> = {
  float32: "F32",
  float16: "F16",
  float64: "F64",
  bfloat16: "BF16",
};

async function initializerTensors(
  initializers: readonly Initializer[],
  readExternal: ReadExternal,
): Promise<[string, RawTensor][]> {
  if (initializers.length === 0) throw new Error("The ONNX model has no float initializers.");
  const tensors: [string, RawTensor][] = [];
  for (const { name, type, shape, content } of initializers) {
    const bytes = content instanceof Uint8Array ? content : await readExternal(content);
    tensors.push([name, { dtype: dtypes[type], shape: [...shape], bytes }]);
  }
  return tensors;
}

function refuseExternal({ location }: ExternalLocation): never {
  throw new Error(`Its weights are in ${JSON.stringify(location)}, which cannot be read here.`);
}
