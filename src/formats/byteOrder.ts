/** The same elements of `width` bytes each in the other byte order, copied. */
export function swapBytes(raw: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at += width) {
    for (let i = 0; i < width; i++) out[at + i] = raw[at + width - 1 - i]!;
  }
  return out;
}
