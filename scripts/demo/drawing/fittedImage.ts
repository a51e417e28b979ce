/** A drawing in the form that a network takes. */
import { convertDataset } from "../../../src/data/convert.ts";
import type { Split } from "../../../src/data/dataset.ts";
import { IMAGE_SIZE } from "../../../src/data/strokeDigits/pen.ts";

/** Bytes [1,28,28] as [C,H,W], converted as the data of such a network are. */
export function fittedImage(
  image: Uint8Array,
  shape: readonly [number, number, number],
): Uint8Array {
  const drawn: Split = { images: image, labels: Uint16Array.of(0), count: 1 };
  const dataset = convertDataset(
    {
      name: "drawing",
      classes: ["drawing"],
      shape: [1, IMAGE_SIZE, IMAGE_SIZE],
      train: drawn,
      test: drawn,
      normalization: { mean: [0], std: [1] },
    },
    shape,
  );
  return dataset.test.images;
}
