/** ONNX's TensorProto, read field by field without copying what it holds. */
import { type WireField, wireBytes, wireFields, wireVarints } from "./wire.ts";

/** A tensor as the file has it. */
export interface StoredTensor {
  readonly name: string;
  /** A number of TensorProto.DataType. */
  readonly dataType: number;
  readonly shape: readonly number[];
  /** Little-endian elements, in pieces where the file has them so. */
  readonly pieces: readonly Uint8Array[];
  /** Where the elements stand in another file: location, offset and length, as text. */
  readonly external: ReadonlyMap<string, string> | undefined;
}

const MAX_RANK = 64;
/** Elements that are not packed are pieces of their own. */
const MAX_PIECES = 2 ** 20;

const Tensor = {
  dims: 1,
  dataType: 2,
  floatData: 4,
  int32Data: 5,
  name: 8,
  rawData: 9,
  doubleData: 10,
  externalData: 13,
  dataLocation: 14,
} as const;
const Entry = { key: 1, value: 2 } as const;
const EXTERNAL = 1n;

/** @throws Error when the bytes are no TensorProto. */
export function readTensorProto(bytes: Uint8Array): StoredTensor {
  let name = "";
  let dataType = 0;
  let location: WireField["value"] = 0n;
  const shape: number[] = [];
  const pieces: Uint8Array[] = [];
  const external = new Map<string, string>();
  for (const field of wireFields(bytes)) {
    switch (field.number) {
      case Tensor.name:
        name = textOf(field);
        break;
      case Tensor.dataType:
        dataType = Number(field.value);
        break;
      case Tensor.dataLocation:
        location = field.value;
        break;
      case Tensor.externalData:
        external.set(...entryOf(wireBytes(field)));
        break;
      case Tensor.dims:
        for (const length of wireVarints(field)) {
          if (shape.push(Number(length)) > MAX_RANK)
            throw new Error(`a tensor of over ${MAX_RANK} axes`);
        }
        break;
      case Tensor.int32Data:
        pieces.push(halves(field));
        break;
      case Tensor.rawData:
      case Tensor.floatData:
      case Tensor.doubleData:
        pieces.push(wireBytes(field));
    }
    if (pieces.length > MAX_PIECES)
      throw new Error(`the numbers of ${JSON.stringify(name)} are not packed`);
  }
  return { name, dataType, shape, pieces, external: location === EXTERNAL ? external : undefined };
}

/** 16-bit floats as int32_data holds them, one per number. */
function halves(field: WireField): Uint8Array {
  const { value } = field;
  const count =
    typeof value === "bigint" ? 1 : value.reduce((n, byte) => n + Number(byte < 0x80), 0);
  const out = new DataView(new ArrayBuffer(2 * count));
  let at = 0;
  for (const number of wireVarints(field)) {
    out.setUint16(at, Number(BigInt.asUintN(16, number)), true);
    at += 2;
  }
  return new Uint8Array(out.buffer);
}

function entryOf(bytes: Uint8Array): [string, string] {
  const fields = new Map([...wireFields(bytes)].map((field) => [field.number, field]));
  const part = (number: number) => {
    const field = fields.get(number);
    return field ? textOf(field) : "";
  };
  return [part(Entry.key), part(Entry.value)];
}

const textOf = (field: WireField): string => new TextDecoder().decode(wireBytes(field));
