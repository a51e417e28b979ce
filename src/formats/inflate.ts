/** Default bound on decompressed bytes: 2 GiB. */
export const MAX_INFLATED_BYTES = 2 ** 31;
/** Deflate makes at most so many bytes of one. */
export const MAX_DEFLATE_RATIO = 1032;

/** `deflate` is zlib's format: raw deflate data with a header and a checksum. */
export type CompressionFormat = "gzip" | "deflate" | "deflate-raw";

/**
 * Decompresses data piece by piece, in Node and in browsers; a reader that stops early stops the
 * decompression.
 *
 * @throws Error when the data is damaged or cut off.
 */
export async function* inflateChunks(
  bytes: Uint8Array,
  format: CompressionFormat,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const stream = new DecompressionStream(format);
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  const fed = writer.write(bytes as Uint8Array<ArrayBuffer>).then(() => writer.close());
  fed.catch(() => {});
  let finished = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value as Uint8Array<ArrayBuffer>;
    }
    await fed;
    finished = true;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Damaged or cut-off ${format} data (${reason}).`, { cause });
  } finally {
    if (!finished) {
      writer.abort().catch(() => {});
      reader.cancel().catch(() => {});
    }
  }
}

/**
 * Decompresses data whole.
 *
 * @throws Error when the data is damaged or cut off, or as soon as it exceeds `maxBytes`.
 */
export async function inflate(
  bytes: Uint8Array,
  format: CompressionFormat,
  maxBytes = MAX_INFLATED_BYTES,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of inflateChunks(bytes, format)) {
    chunks.push(chunk);
    total += chunk.length;
    if (total > maxBytes) {
      throw new Error(`Compressed data expands beyond the limit of ${maxBytes} bytes.`);
    }
  }
  const out = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Decompresses gzip data and returns anything else as it is. */
export async function gunzipIfNeeded(bytes: Uint8Array, maxBytes?: number): Promise<Uint8Array> {
  return isGzip(bytes) ? inflate(bytes, "gzip", maxBytes) : bytes;
}
