/** Reads byte counts of the caller's choice from chunks of any size. */
export class ChunkReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#chunks = iterate(chunks);
  }

  /** Copies the next `length` bytes. @throws Error when there are fewer. */
  async take(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const out = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      if (!(await this.#ensure())) {
        throw new Error(`Data is cut off: ${length} bytes were announced, ${filled} came.`);
      }
      const end = Math.min(this.#chunk.length, this.#at + length - filled);
      out.set(this.#chunk.subarray(this.#at, end), filled);
      filled += end - this.#at;
      this.#at = end;
    }
    return out;
  }

  /** Whether all bytes were taken. */
  async atEnd(): Promise<boolean> {
    return !(await this.#ensure());
  }

  /** Stops the chunks from coming. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #ensure(): Promise<boolean> {
    while (this.#at === this.#chunk.length) {
      const { done, value } = await this.#chunks.next();
      if (done) return false;
      this.#chunk = value;
      this.#at = 0;
    }
    return true;
  }
}

async function* iterate(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  yield* chunks;
}
