/** The fields of a serialized protobuf message, one after the other, without knowing its type. */

export interface WireField {
  readonly number: number;
  /** A varint, as a signed 64-bit number; or the bytes of anything else, a view. */
  readonly value: bigint | Uint8Array;
}

/**
 * Fields in the order of the file.
 * @throws Error when the bytes are no protobuf message, and for groups, which ONNX has not.
 */
export function* wireFields(bytes: Uint8Array): Generator<WireField, void> {
  for (let at = 0; at < bytes.length; ) {
    const tag = varint(bytes, at);
    const number = Number(tag.value >> 3n);
    if (number < 1) throw new Error(`field ${number} at byte ${at}`);
    const kind = Number(tag.value & 7n);
    if (kind === 0) {
      const { value, next } = varint(bytes, tag.next);
      yield { number, value };
      at = next;
      continue;
    }
    const { start, length } = extentOf(bytes, kind, tag.next);
    if (length > bytes.length - start) {
      throw new Error(`field ${number} has ${length} bytes, ${bytes.length - start} are there`);
    }
    yield { number, value: bytes.subarray(start, start + length) };
    at = start + length;
  }
}

/**
 * The bytes of a field that holds text, a message or packed numbers.
 * @throws Error when it is a number.
 */
export function wireBytes({ number, value }: WireField): Uint8Array {
  if (typeof value !== "bigint") return value;
  throw new Error(`field ${number} is the number ${value}`);
}

/** The varints of a repeated field, which come packed or one by one. */
export function* wireVarints({ value }: WireField): Generator<bigint, void> {
  if (typeof value === "bigint") {
    yield value;
    return;
  }
  for (let at = 0; at < value.length; ) {
    const one = varint(value, at);
    yield one.value;
    at = one.next;
  }
}

function extentOf(bytes: Uint8Array, kind: number, at: number): { start: number; length: number } {
  if (kind === 1) return { start: at, length: 8 };
  if (kind === 5) return { start: at, length: 4 };
  if (kind !== 2) throw new Error(`wire type ${kind} at byte ${at}`);
  const { value, next } = varint(bytes, at);
  return { start: next, length: Number(BigInt.asUintN(64, value)) };
}

/** At most ten bytes of seven bits each, the lowest first. */
function varint(bytes: Uint8Array, at: number): { value: bigint; next: number } {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) throw new Error("a number is cut off");
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value: BigInt.asIntN(64, value), next: at + i + 1 };
  }
  throw new Error(`a number at byte ${at} has no end`);
}
