/** What the pickle of torch.save means: tensors that view storages, and the dictionaries that hold them. */
import { type PickleGlobal, PickleTuple, unpickle } from "../../formats/pickle.ts";
import type { SafetensorsDtype } from "../safetensors.ts";

const MAX_RANK = 64;

/** Storages are named by the type of their elements, which stand here as safetensors calls them. */
const storageTypes: Readonly<Record<string, SafetensorsDtype>> = {
  "torch.FloatStorage": "F32",
  "torch.DoubleStorage": "F64",
  "torch.HalfStorage": "F16",
  "torch.BFloat16Storage": "BF16",
  "torch.LongStorage": "I64",
  "torch.IntStorage": "I32",
  "torch.ShortStorage": "I16",
  "torch.CharStorage": "I8",
  "torch.ByteStorage": "U8",
  "torch.BoolStorage": "BOOL",
};

/** A run of elements in a file of its own, which tensors share. */
export class TorchStorage {
  readonly key: string;
  readonly dtype: SafetensorsDtype;
  readonly count: number;

  constructor(key: string, dtype: SafetensorsDtype, count: number) {
    this.key = key;
    this.dtype = dtype;
    this.count = count;
  }
}

/** A view of a storage; element [i, j, ...] stands at offset + i * strides[0] + j * strides[1] + ... */
export class TorchTensor {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  /** @throws Error when the view leaves the storage. */
  constructor(
    storage: TorchStorage,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
  ) {
    if (shape.length !== strides.length || shape.length > MAX_RANK) {
      throw malformed(`a tensor [${shape.slice(0, 9)}] has ${strides.length} strides`);
    }
    const last = shape.reduce((at, length, axis) => at + (length - 1) * strides[axis]!, offset);
    if (!shape.includes(0) && last >= storage.count) {
      throw malformed(
        `a tensor [${shape}] with strides [${strides}] from element ${offset} on leaves its storage of ${storage.count}`,
      );
    }
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

const globals = new Map<string, PickleGlobal>(
  [
    ...Object.keys(storageTypes).map((name) => ({ name })),
    { name: "torch._utils._rebuild_tensor_v2", call: rebuildTensor },
    { name: "torch._utils._rebuild_parameter", call: rebuildParameter },
    { name: "collections.OrderedDict", call: emptyDictionary },
  ].map((global) => [global.name, global]),
);

/**
 * The object that torch.save wrote: plain data and `TorchTensor`s.
 * @throws Error that names any other class or function, and for anything malformed.
 */
export const unpickleTorch = (bytes: Uint8Array): unknown =>
  unpickle(bytes, {
    globals,
    advice: "Save the tensors alone: torch.save(model.state_dict(), path).",
    persistent: storageOf,
  });

/** `("storage", torch.FloatStorage, key, device, count)`; every device's are read alike. */
function storageOf(id: unknown): TorchStorage {
  const [kind, type, key, , count] = id instanceof PickleTuple ? id.items : [];
  const { name = "" } = (typeof type === "object" && type !== null ? type : {}) as {
    name?: string;
  };
  const dtype = Object.hasOwn(storageTypes, name) ? storageTypes[name] : undefined;
  if (kind !== "storage" || !dtype || typeof key !== "string" || !isCount(count)) {
    throw malformed("a storage is not described by its type, key, device and size");
  }
  return new TorchStorage(key, dtype, count);
}

function rebuildTensor([storage, offset, shape, strides]: readonly unknown[]): TorchTensor {
  const [lengths, steps] = [shape, strides].map((tuple) =>
    tuple instanceof PickleTuple && tuple.items.every(isCount) ? tuple.items : undefined,
  );
  if (!(storage instanceof TorchStorage) || !isCount(offset) || !lengths || !steps) {
    throw malformed("a tensor is not described by its storage, offset, shape and strides");
  }
  return new TorchTensor(storage, offset, lengths, steps);
}

function rebuildParameter([tensor]: readonly unknown[]): TorchTensor {
  if (tensor instanceof TorchTensor) return tensor;
  throw malformed("a parameter holds no tensor");
}

function emptyDictionary(args: readonly unknown[]): Map<unknown, unknown> {
  if (args.length === 0) return new Map();
  throw malformed("an OrderedDict is made with arguments");
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

const malformed = (fault: string): Error => new Error(`Not a valid PyTorch file: ${fault}.`);
