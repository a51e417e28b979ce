/** Files in the zip format of torch.save. */
import { encodeZip } from "../../../src/formats/zipWrite.ts";
import { Call, Global, Persistent, pickle, Tuple } from "../../formats/pickleBytes.ts";

export interface Storage {
  /** Such as FloatStorage. */
  readonly type: string;
  readonly key: string;
  readonly count: number;
}

export const orderedDict = () => new Call(new Global("collections", "OrderedDict"));

/** A tensor that views a storage. */
export const tensor = (
  { type, key, count }: Storage,
  offset: number,
  shape: readonly unknown[],
  strides: readonly unknown[],
): Call =>
  new Call(
    new Global("torch._utils", "_rebuild_tensor_v2"),
    new Persistent(new Tuple("storage", new Global("torch", type), key, "cpu", count)),
    offset,
    new Tuple(...shape),
    new Tuple(...strides),
    false,
    orderedDict(),
  );

/** A tensor whose storage it has for itself, in row-major order. */
export function wholeTensor(type: string, key: string, shape: readonly number[]): Call {
  const count = shape.reduce((product, length) => product * length, 1);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  return tensor({ type, key, count }, 0, shape, strides);
}

export const parameter = (data: Call): Call =>
  new Call(new Global("torch._utils", "_rebuild_parameter"), data, true, orderedDict());

export interface Archive {
  /** By key; little-endian unless `byteOrder` says otherwise. */
  readonly storages: Readonly<Record<string, ArrayBufferView>>;
  readonly byteOrder?: string;
}

/** The archive of an object, or of its pickle. */
export function torchArchive(value: unknown, { storages, byteOrder }: Archive): Uint8Array {
  const files = new Map([
    ["archive/data.pkl", value instanceof Uint8Array ? value : pickle(value)],
    ...Object.entries(storages).map(
      ([key, { buffer, byteOffset, byteLength }]): [string, Uint8Array] => [
        `archive/data/${key}`,
        new Uint8Array(buffer, byteOffset, byteLength),
      ],
    ),
    ["archive/version", new TextEncoder().encode("3\n")],
  ]);
  if (byteOrder !== undefined) files.set("archive/byteorder", new TextEncoder().encode(byteOrder));
  return encodeZip(files);
}
