import type { Split } from "./dataset.ts";

const SIZE = 256;
const LINE_FEED = 10;

/**
 * Reads USPS as the book site of "The Elements of Statistical Learning" has it (zip.train,
 * zip.test): one image a line, the digit and 16x16 grey values v in [-1,1], -1 the background,
 * which become pixels round((v + 1) * 127.5), ties to even as NumPy rounds.
 *
 * @throws Error that names the line that is not of this kind.
 */
export function decodeUspsText(bytes: Uint8Array): Split {
  const images: Uint8Array[] = [];
  const labels: number[] = [];
  const decoder = new TextDecoder("latin1");
  for (let start = 0; start < bytes.length; ) {
    let end = bytes.indexOf(LINE_FEED, start);
    if (end < 0) end = bytes.length;
    const line = decoder.decode(bytes.slice(start, end)).trim();
    start = end + 1;
    if (line === "") continue;
    const [label, ...values] = line.split(/\s+/, SIZE + 2).map(Number);
    const valid = values.length === SIZE && values.every((value) => value >= -1 && value <= 1);
    if (!valid || !Number.isInteger(label) || label! < 0 || label! > 9) {
      throw new Error(`USPS line ${labels.length + 1} is not a digit and 256 values in [-1,1].`);
    }
    labels.push(label!);
    images.push(Uint8Array.from(values, (value) => roundHalfToEven((value + 1) * 127.5)));
  }
  if (labels.length === 0) throw new Error("USPS file has no images.");
  const all = new Uint8Array(labels.length * SIZE);
  images.forEach((image, i) => {
    all.set(image, i * SIZE);
  });
  return { images: all, labels: Uint16Array.from(labels), count: labels.length };
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const odd = below % 2;
  return value - below === 0.5 ? below + odd : Math.round(value);
}
