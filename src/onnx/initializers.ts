/** The weights of an ONNX file: its graph's float initializers. The other parts of the file are passed over. */
import { readTensorProto, type StoredTensor } from "./tensorProto.ts";
import { wireBytes, wireFields } from "./wire.ts";

/** Element types of weights by their number in TensorProto.DataType; others hold shapes and indices. */
const floatTypes: Readonly<Record<number, FloatType>> = {
  1: "float32",
  10: "float16",
  11: "float64",
  16: "bfloat16",
};
const bytesPerFloat = { float32: 4, float16: 2, float64: 8, bfloat16: 2 } as const;

export type FloatType = keyof typeof bytesPerFloat;

/** Where a model keeps a tensor's elements outside its own file. */
export interface ExternalLocation {
  /** Path relative to the model's folder. */
  readonly location: string;
  readonly offset: number;
  /** Bytes that the tensor's type and shape need. */
  readonly length: number;
}

/** A float initializer: little-endian elements, or where they are. */
export interface Initializer {
  readonly name: string;
  readonly type: FloatType;
  readonly shape: readonly number[];
  readonly content: Uint8Array | ExternalLocation;
}

/** Numbers of the fields of ModelProto and GraphProto. */
const Model = { graph: 7 } as const;
const Graph = { initializer: 5, sparseInitializer: 15 } as const;

/**
 * The float initializers of a serialized ModelProto, in order; contents view `bytes` where they can.
 *
 * @throws Error for anything malformed, for sparse initializers and for two of one name.
 */
export function decodeInitializers(bytes: Uint8Array): Initializer[] {
  try {
    const initializers = new Map<string, Initializer>();
    for (const tensor of initializersOf(bytes)) {
      const initializer = floatInitializer(tensor);
      if (!initializer) continue;
      const { name } = initializer;
      if (initializers.has(name)) throw new Error(`two initializers are named ${quote(name)}`);
      initializers.set(name, initializer);
    }
    return [...initializers.values()];
  } catch (cause) {
    throw new Error(`Not a valid ONNX model: ${(cause as Error).message}.`, { cause });
  }
}

function* initializersOf(bytes: Uint8Array): Generator<StoredTensor, void> {
  for (const part of wireFields(bytes)) {
    if (part.number !== Model.graph) continue;
    for (const field of wireFields(wireBytes(part))) {
      if (field.number === Graph.sparseInitializer) throw new Error("it has a sparse initializer");
      if (field.number === Graph.initializer) yield readTensorProto(wireBytes(field));
    }
  }
}

/** Undefined for tensors of other than float elements. */
function floatInitializer(stored: StoredTensor): Initializer | undefined {
  const { name, dataType, shape, pieces, external } = stored;
  const type = floatTypes[dataType];
  if (!type) return undefined;
  const length = shape.reduce((product, axis) => product * axis, bytesPerFloat[type]);
  if (shape.some((axis) => axis < 0) || !Number.isSafeInteger(length)) {
    throw new Error(`initializer ${quote(name)} has the impossible shape [${shape}]`);
  }
  if (external) return { name, type, shape, content: locationOf(name, external, length) };
  const stated = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (stated !== length) {
    throw new Error(
      `initializer ${quote(name)}, ${type} [${shape}], needs ${length} bytes, got ${stated}`,
    );
  }
  return { name, type, shape, content: joined(pieces, length) };
}

function locationOf(
  name: string,
  entries: ReadonlyMap<string, string>,
  length: number,
): ExternalLocation {
  const location = entries.get("location");
  const offset = Number(entries.get("offset") ?? 0);
  const stated = Number(entries.get("length") ?? length);
  if (location && Number.isSafeInteger(offset) && offset >= 0 && stated === length) {
    return { location, offset, length };
  }
  throw new Error(
    `initializer ${quote(name)} needs ${length} bytes of another file, but says ${JSON.stringify(Object.fromEntries(entries))}`,
  );
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const out = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

const quote = (name: string): string => JSON.stringify(name);
