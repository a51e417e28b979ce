/** PyTorch's .pth and .pt files: a zip archive of one pickle and of the storages that its tensors view. */
import { swapBytes } from "../../formats/byteOrder.ts";
import { rowMajorBytes } from "../../formats/stridedBytes.ts";
import { readZipEntry, type ZipEntry } from "../../formats/zip.ts";
import { elementBytes, type RawTensor } from "../safetensors.ts";
import { type TorchStorage, type TorchTensor, unpickleTorch } from "./torchPickle.ts";
import { stateDictOf } from "./torchStateDict.ts";

/** Tensors may repeat elements of a storage, but not take more than so many times the file's bytes. */
const MAX_REPETITION = 32;
const ALWAYS_ALLOWED = 2 ** 24;
/** A thousand tensors take about 300 KB of pickle; objects take far more room than their instructions. */
const MAX_PICKLE_BYTES = 2 ** 22;
/** `torch.save` before version 1.6 began with these bytes: a pickled constant. */
const LEGACY = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20];

/** The name of the pickle in an archive that torch.save wrote. */
const PICKLE = /^([^/]+)\/data\.pkl$/;

export const isTorchArchive = (entries: readonly ZipEntry[]): boolean =>
  entries.some(({ name }) => PICKLE.test(name));

export const isLegacyTorch = (bytes: Uint8Array): boolean =>
  LEGACY.every((byte, i) => bytes[i] === byte);

/**
 * The tensors of a state_dict in the zip format of torch.save, or of the checkpoint that holds one, by name and in
 * row-major order. Only data are read: the pickle runs nothing.
 *
 * @throws Error for anything else in the pickle, by name, and for anything damaged or malformed.
 */
export async function decodeTorchFile(
  bytes: Uint8Array,
  entries: readonly ZipEntry[],
): Promise<Map<string, RawTensor>> {
  const pickle = entries.find(({ name }) => PICKLE.test(name))!;
  const folder = PICKLE.exec(pickle.name)![1]!;
  for (const { name, method } of entries) {
    if (method === "stored") continue;
    throw new Error(`The PyTorch file's ${name} is compressed, which torch.save does not do.`);
  }
  const tensors = stateDictOf(unpickleTorch(await readZipEntry(bytes, pickle, MAX_PICKLE_BYTES)));
  expectModest(tensors.values(), bytes.length);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const read = async (name: string): Promise<Uint8Array | undefined> => {
    const entry = byName.get(`${folder}/${name}`);
    return entry && readZipEntry(bytes, entry);
  };
  const bigEndian = isBigEndian(await read("byteorder"));
  const storages = new Map<string, Uint8Array>();
  const out = new Map<string, RawTensor>();
  for (const [name, { storage, offset, shape, strides }] of tensors) {
    const { key, dtype } = storage;
    const width = elementBytes[dtype];
    const known = storages.get(`${dtype} ${key}`);
    const stored = known ?? elementsOf(storage, await read(`data/${key}`));
    const elements = bigEndian && !known ? swapBytes(stored, width) : stored;
    storages.set(`${dtype} ${key}`, elements);
    const content = rowMajorBytes(elements, width, { offset, shape, strides });
    out.set(name, { dtype, shape: [...shape], bytes: content });
  }
  return out;
}

function elementsOf({ key, dtype, count }: TorchStorage, content?: Uint8Array): Uint8Array {
  const expected = count * elementBytes[dtype];
  if (content?.length === expected) return content;
  throw new Error(
    `The PyTorch file's storage data/${key} of ${count} ${dtype} numbers needs ${expected} bytes, ${content ? `got ${content.length}` : "but is not there"}.`,
  );
}

/** Files of old versions do not say their byte order; they are little-endian. */
function isBigEndian(byteOrder: Uint8Array = new TextEncoder().encode("little")): boolean {
  const text = new TextDecoder().decode(byteOrder.slice(0, 16));
  if (text === "little" || text === "big") return text === "big";
  throw new Error(
    `The PyTorch file has the byte order ${JSON.stringify(text)}, expected little or big.`,
  );
}

/** @throws Error when the tensors take far more room than the file. */
function expectModest(tensors: Iterable<TorchTensor>, fileBytes: number): void {
  let total = 0;
  for (const { storage, shape } of tensors) {
    total += shape.reduce((product, length) => product * length, elementBytes[storage.dtype]);
  }
  const limit = Math.max(ALWAYS_ALLOWED, MAX_REPETITION * fileBytes);
  if (total <= limit) return;
  throw new Error(
    `The PyTorch file's tensors take ${total} bytes, but it has only ${fileBytes}: they repeat what is stored. Save their clones.`,
  );
}
