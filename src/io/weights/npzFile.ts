/** Parameters in NumPy's .npz: one array each, under its name. */
import type { NpyArray, NpyDtype } from "../../formats/npy.ts";
import { decodeNpz, encodeNpz } from "../../formats/npz.ts";
import type { RawTensor, SafetensorsDtype } from "../safetensors.ts";
import type { NamedTensors } from "./namedTensors.ts";

const dtypes: Readonly<Record<NpyDtype, SafetensorsDtype>> = {
  bool: "BOOL",
  u1: "U8",
  i1: "I8",
  u2: "U16",
  i2: "I16",
  u4: "U32",
  i4: "I32",
  u8: "U64",
  i8: "I64",
  f2: "F16",
  f4: "F32",
  f8: "F64",
};

/** @throws Error for a damaged archive or array, and for dtypes that NumPy alone knows. */
export async function decodeNpzTensors(bytes: Uint8Array): Promise<Map<string, RawTensor>> {
  const arrays = await decodeNpz(bytes);
  return new Map([...arrays].map(([name, array]) => [name, rawTensor(array)]));
}

const rawTensor = ({ dtype, shape, data }: NpyArray): RawTensor => ({
  dtype: dtypes[dtype],
  shape,
  bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
});

/** A file that numpy.load reads; the same tensors give the same bytes. */
export const encodeNpzTensors = (tensors: NamedTensors): Uint8Array =>
  encodeNpz(
    new Map(
      [...tensors].map(([name, { shape, data }]) => [
        name,
        { dtype: "f4", shape: [...shape], data },
      ]),
    ),
  );
