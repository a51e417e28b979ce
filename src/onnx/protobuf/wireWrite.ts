/** Protobuf's wire format, written: https://protobuf.dev/programming-guides/encoding */

const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

/** A message that is written field by field. */
export class WireWriter {
  readonly #parts: Uint8Array[] = [];
  #small: number[] = [];

  integer(number: number, value: number): this {
    this.#varint(number * 8 + VARINT);
    this.#varint(value);
    return this;
  }

  /** A repeated field, packed. */
  integers(number: number, values: readonly number[]): this {
    if (values.length === 0) return this;
    const packed = new WireWriter();
    for (const value of values) packed.#varint(value);
    return this.bytes(number, packed.finish());
  }

  float(number: number, value: number): this {
    this.#varint(number * 8 + FIXED32);
    this.#small.push(...new Uint8Array(littleEndian(value)));
    return this;
  }

  bytes(number: number, content: Uint8Array): this {
    this.#varint(number * 8 + BYTES);
    this.#varint(content.length);
    this.#flush();
    this.#parts.push(content);
    return this;
  }

  text(number: number, content: string): this {
    return this.bytes(number, new TextEncoder().encode(content));
  }

  texts(number: number, contents: readonly string[]): this {
    for (const content of contents) this.text(number, content);
    return this;
  }

  message(number: number, content: WireWriter): this {
    return this.bytes(number, content.finish());
  }

  messages(number: number, contents: readonly WireWriter[]): this {
    for (const content of contents) this.message(number, content);
    return this;
  }

  finish(): Uint8Array {
    this.#flush();
    const out = new Uint8Array(this.#parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  #flush(): void {
    if (this.#small.length > 0) this.#parts.push(Uint8Array.from(this.#small));
    this.#small = [];
  }

  /** Negative integers are written as 64 bits. */
  #varint(value: number): void {
    if (value < 0) {
      let rest = BigInt.asUintN(64, BigInt(value));
      for (; rest >= 0x80n; rest >>= 7n) this.#small.push(Number(rest & 0x7fn) | 0x80);
      this.#small.push(Number(rest));
      return;
    }
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#small.push((rest % 0x80) | 0x80);
    this.#small.push(rest);
  }
}

function littleEndian(value: number): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value, true);
  return view.buffer;
}
