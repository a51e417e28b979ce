/** Protobuf's wire format, read: https://protobuf.dev/programming-guides/encoding */

/** Bytes are not a message, or not one of the expected kind. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** A field of a message. Fixed-width values and everything with a length are their bytes. */
export type WireField =
  | { readonly number: number; readonly kind: "varint"; readonly value: number }
  | {
      readonly number: number;
      readonly kind: "fixed32" | "fixed64" | "bytes";
      readonly value: Uint8Array;
    };

const kinds = { 0: "varint", 1: "fixed64", 2: "bytes", 5: "fixed32" } as const;

/** Bytes of a varint below which its number is exact without BigInt. */
const EXACT_BYTES = 7;
const MOST_BYTES = 10;

/** Reads varints one after the other. */
class Cursor {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get ended(): boolean {
    return this.at >= this.bytes.length;
  }

  /** A signed 64-bit integer as the nearest number. */
  varint(): number {
    const start = this.at;
    let value = 0;
    let factor = 1;
    for (let i = 0; i < MOST_BYTES; i++) {
      if (this.ended) throw new WireError(`it ends inside a number, at byte ${this.at}`);
      const byte = this.bytes[this.at++]!;
      value += (byte & 0x7f) * factor;
      factor *= 0x80;
      if (byte < 0x80) return i < EXACT_BYTES ? value : this.#large(start);
    }
    throw new WireError(`a number of more than ${MOST_BYTES} bytes stands at byte ${start}`);
  }

  #large(start: number): number {
    let value = 0n;
    for (let at = this.at - 1; at >= start; at--)
      value = (value << 7n) | BigInt(this.bytes[at]! & 0x7f);
    return Number(BigInt.asIntN(64, value));
  }

  take(length: number): Uint8Array {
    const end = this.at + length;
    if (!(length >= 0 && end <= this.bytes.length)) {
      throw new WireError(
        `a field at byte ${this.at} is ${length} bytes long, but ${this.bytes.length - this.at} are left`,
      );
    }
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }
}

/**
 * The fields of a message in order; values view its bytes.
 * @throws {WireError} when the bytes are not a message.
 */
export function readFields(bytes: Uint8Array): WireField[] {
  const cursor = new Cursor(bytes);
  const fields: WireField[] = [];
  while (!cursor.ended) {
    const tag = cursor.varint();
    const number = Math.floor(tag / 8);
    const kind = kinds[(tag & 7) as keyof typeof kinds];
    if (kind === undefined || number < 1)
      throw new WireError(`byte ${cursor.at - 1} begins no field`);
    if (kind === "varint") fields.push({ number, kind, value: cursor.varint() });
    else {
      const length = kind === "bytes" ? cursor.varint() : kind === "fixed32" ? 4 : 8;
      fields.push({ number, kind, value: cursor.take(length) });
    }
  }
  return fields;
}

/** A message's fields by their numbers; what it says last of a field that is not repeated holds. */
export class WireMessage {
  readonly #fields = new Map<number, WireField[]>();

  /** @throws {WireError} when the bytes are not a message. */
  constructor(bytes: Uint8Array) {
    for (const field of readFields(bytes)) {
      const known = this.#fields.get(field.number);
      if (known) known.push(field);
      else this.#fields.set(field.number, [field]);
    }
  }

  /** The integer of a field; undefined where it is absent. */
  integer(number: number): number | undefined {
    const field = this.#last(number, "varint");
    return field?.kind === "varint" ? field.value : undefined;
  }

  float(number: number): number | undefined {
    const field = this.#last(number, "fixed32");
    return field?.kind === "fixed32" ? viewOf(field.value).getFloat32(0, true) : undefined;
  }

  bytes(number: number): Uint8Array | undefined {
    return this.allBytes(number).at(-1);
  }

  text(number: number): string | undefined {
    const bytes = this.bytes(number);
    return bytes && asText(bytes);
  }

  message(number: number): WireMessage | undefined {
    const bytes = this.bytes(number);
    return bytes && new WireMessage(bytes);
  }

  /** All entries of a repeated field of bytes. */
  allBytes(number: number): Uint8Array[] {
    return this.#all(number).map((field) => {
      if (field.kind === "bytes") return field.value;
      throw mistyped(field, "bytes");
    });
  }

  texts(number: number): string[] {
    return this.allBytes(number).map(asText);
  }

  messages(number: number): WireMessage[] {
    return this.allBytes(number).map((bytes) => new WireMessage(bytes));
  }

  /** A repeated field of integers, packed into one entry or not. */
  integers(number: number): number[] {
    const values: number[] = [];
    for (const field of this.#all(number)) {
      if (field.kind === "varint") values.push(field.value);
      else if (field.kind === "bytes") {
        const cursor = new Cursor(field.value);
        while (!cursor.ended) values.push(cursor.varint());
      } else throw mistyped(field, "integers");
    }
    return values;
  }

  floats(number: number): number[] {
    return this.#reals(number, "fixed32", 4, (view, at) => view.getFloat32(at, true));
  }

  doubles(number: number): number[] {
    return this.#reals(number, "fixed64", 8, (view, at) => view.getFloat64(at, true));
  }

  #reals(
    number: number,
    kind: WireField["kind"],
    size: number,
    read: (view: DataView, at: number) => number,
  ): number[] {
    const values: number[] = [];
    for (const field of this.#all(number)) {
      if (field.kind === "varint" || (field.kind !== kind && field.kind !== "bytes"))
        throw mistyped(field, kind);
      if (field.value.length % size !== 0)
        throw new WireError(
          `field ${number} has ${field.value.length} bytes, not a multiple of ${size}`,
        );
      const view = viewOf(field.value);
      for (let at = 0; at < view.byteLength; at += size) values.push(read(view, at));
    }
    return values;
  }

  #all(number: number): readonly WireField[] {
    return this.#fields.get(number) ?? [];
  }

  #last(number: number, kind: WireField["kind"]): WireField | undefined {
    const field = this.#all(number).at(-1);
    if (field && field.kind !== kind) throw mistyped(field, kind);
    return field;
  }
}

const mistyped = ({ number, kind }: WireField, expected: string): WireError =>
  new WireError(`field ${number} holds ${kind}, expected ${expected}`);

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

const asText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
