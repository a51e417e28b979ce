/** The bytes, stack and memo of an unpickling: what the instructions of pickle.ts work on. */

/** A class or function that a pickle names: what calling it gives, or nothing where it is only passed on. */
export interface PickleGlobal {
  readonly name: string;
  /** @throws Error when the arguments are not what it takes. */
  readonly call?: (args: readonly unknown[]) => unknown;
}

export interface PickleMeanings {
  /** Classes and functions that may occur, by `module.name`; all others are refused. */
  readonly globals: ReadonlyMap<string, PickleGlobal>;
  /** What is said of other names: what to do instead. */
  readonly advice: string;
  /** The object that a persistent id stands for. */
  persistent(id: unknown): unknown;
}

export class PickleMachine {
  readonly meanings: PickleMeanings;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  readonly #stack: unknown[] = [];
  /** Heights of the stack at its marks. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, unknown>();

  constructor(bytes: Uint8Array, meanings: PickleMeanings) {
    this.meanings = meanings;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get at(): number {
    return this.#at;
  }

  /** The next bytes; a view. */
  take(length: number): Uint8Array {
    const from = this.#skip(length);
    return this.#bytes.subarray(from, this.#at);
  }

  uint8 = (): number => this.#view.getUint8(this.#skip(1));
  uint16 = (): number => this.#view.getUint16(this.#skip(2), true);
  int32 = (): number => this.#view.getInt32(this.#skip(4), true);
  uint32 = (): number => this.#view.getUint32(this.#skip(4), true);
  float64 = (): number => this.#view.getFloat64(this.#skip(8), false);

  /** Text up to the end of the line. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw malformed(`a name at byte ${this.#at} has no end`);
    const text = utf8(this.take(end - this.#at));
    this.#skip(1);
    return text;
  }

  text(length: number): string {
    return utf8(this.take(length));
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) {
      throw malformed(`byte ${this.#at} takes a value, but there is none`);
    }
    return this.#stack.pop();
  }

  top(): unknown {
    const value = this.pop();
    this.push(value);
    return value;
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** The values since the last mark, which goes with them. */
  popMark(): unknown[] {
    const from = this.#marks.pop();
    if (from === undefined) throw malformed(`byte ${this.#at} goes back to a mark, there is none`);
    return this.#stack.splice(from);
  }

  remember(key: number): void {
    this.#memo.set(key, this.top());
  }

  recall(key: number): unknown {
    if (!this.#memo.has(key)) throw malformed(`byte ${this.#at} recalls ${key}, never remembered`);
    return this.#memo.get(key);
  }

  #skip(length: number): number {
    const from = this.#at;
    if (length > this.#bytes.length - from) {
      throw malformed(`it is cut off: ${length} bytes are needed at byte ${from}`);
    }
    this.#at += length;
    return from;
  }
}

export const malformed = (fault: string): Error => new Error(`Not a valid pickle: ${fault}.`);

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw malformed("a text is not UTF-8");
  }
}
