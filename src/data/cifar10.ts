import type { Split } from "./dataset.ts";

const PIXELS = 3 * 32 * 32;
const RECORD = 1 + PIXELS;

/**
 * Reads CIFAR-10's binary version: records of one label byte and 3,072 pixel bytes [3,32,32], any
 * number of (uncompressed) files in order.
 *
 * @throws Error for an empty list, an incomplete record or a label above 9.
 */
export function decodeCifar10(files: readonly Uint8Array[]): Split {
  files.forEach((file, i) => {
    if (file.length === 0 || file.length % RECORD !== 0) {
      throw new Error(
        `CIFAR-10 file ${i + 1} of ${files.length} has ${file.length} bytes, ` +
          `which is not a multiple of ${RECORD} (label and 3x32x32 pixels).`,
      );
    }
  });
  const count = files.reduce((sum, file) => sum + file.length / RECORD, 0);
  if (count === 0) throw new Error("CIFAR-10 needs at least one file of records.");
  const images = new Uint8Array(count * PIXELS);
  const labels = new Uint16Array(count);
  let image = 0;
  for (const file of files) {
    for (let at = 0; at < file.length; at += RECORD) {
      const label = file[at]!;
      if (label > 9) throw new Error(`CIFAR-10 record ${image} has label ${label}, expected 0..9.`);
      labels[image] = label;
      images.set(file.subarray(at + 1, at + RECORD), image * PIXELS);
      image++;
    }
  }
  return { images, labels, count };
}
