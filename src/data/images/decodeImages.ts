import { decodeImage } from "./decodeImage.ts";
import type { ImageFile, Preprocessing } from "./listing.ts";

const DECODERS = 8;

/** An image that cannot be decoded, by its place in the list. */
export interface BadImage {
  index: number;
  reason: string;
  /** The operating system's code where the file could not even be read, such as ENOENT. */
  code?: string;
}

export interface DecodeOptions {
  /** Told how far the decoding has come. */
  onDecoded?: (done: number, total: number) => void;
  /** Stops the decoding. */
  signal?: AbortSignal;
}

export interface DecodedImages {
  /** The good images [n,C,size,size], in order of the list. */
  pixels: Uint8Array;
  bad: BadImage[];
}

/** Decodes all images of a list, several at a time. @throws the signal's reason when aborted. */
export async function decodeImages(
  files: readonly ImageFile[],
  preprocessing: Preprocessing,
  { onDecoded, signal }: DecodeOptions = {},
): Promise<DecodedImages> {
  const length = preprocessing.channels * preprocessing.size ** 2;
  const pixels = new Uint8Array(files.length * length);
  const bad: BadImage[] = [];
  let next = 0;
  let done = 0;
  const decodeNext = async (): Promise<void> => {
    for (let index = next++; index < files.length; index = next++) {
      signal?.throwIfAborted();
      try {
        pixels.set(await decodeImage(files[index]!, preprocessing), index * length);
      } catch (cause) {
        const { message, code } = cause as NodeJS.ErrnoException;
        bad.push({ index, reason: message.trim().split("\n")[0]!, ...(code ? { code } : {}) });
      }
      onDecoded?.(++done, files.length);
    }
  };
  await Promise.all(Array.from({ length: DECODERS }, decodeNext));
  bad.sort((a, b) => a.index - b.index);
  const left = goodIndices(files.length, bad);
  left.forEach((from, to) => {
    if (from !== to) pixels.copyWithin(to * length, from * length, (from + 1) * length);
  });
  return { pixels: pixels.subarray(0, left.length * length), bad };
}

/** Places of the images that were decoded, ascending. */
export function goodIndices(count: number, bad: readonly BadImage[]): number[] {
  const left = new Set(bad.map(({ index }) => index));
  return Array.from({ length: count }, (_, i) => i).filter((i) => !left.has(i));
}
