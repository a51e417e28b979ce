/** A data set from a visitor's own files: pictures in class folders, or IDX files. */
import { type ClassPath, classPaths } from "../data/classPaths.ts";
import type { Dataset, Split } from "../data/dataset.ts";
import { decodeIdx, idxSplit } from "../data/idx.ts";
import { meanStd } from "../data/normalization.ts";
import { holdOutPerClass } from "../data/subsets.ts";
import { gunzipIfNeeded } from "../formats/inflate.ts";
import { random } from "../random/generator.ts";
import { decodePicture } from "./decodePicture.ts";

export interface DatasetOptions {
  /** What the data set is called; "own images" by default. */
  readonly name?: string;
  /** Height and width of pictures, 32 by default; IDX files have a size. */
  readonly size?: number;
  /** Of pictures: 3 by default, 1 for grey. */
  readonly channels?: 1 | 3;
  /** Draws the test half where the files have none; 0 by default. */
  readonly seed?: number;
  onDecoded?(done: number, total: number): void;
}

/** Files by path, with forward slashes; of a dropped folder the paths below it. */
export type FilesByPath = ReadonlyMap<string, Blob>;

const PICTURE = /\.(jpe?g|png|webp|gif|avif|bmp)$/i;
const IDX = /idx([13])-ubyte(\.gz)?$/;
const TEST_NAME = /(^|\/)(t10k|test)[^/]*$/;
const TEST_FRACTION = 0.2;

/**
 * Reads IDX files (images and labels of training, with or without those of a test half), or pictures in one folder per
 * class: CLASS/x.png, or train/CLASS/x.png and test/CLASS/x.png. Without a test half a fifth of each class becomes one.
 *
 * @throws Error that names the files that cannot be read, or says what is missing.
 */
export async function datasetFromFiles(
  files: FilesByPath,
  options: DatasetOptions = {},
): Promise<Dataset> {
  const paths = [...files.keys()];
  const idx = paths.filter((path) => IDX.test(path));
  if (idx.length > 0) return idxDataset(files, idx, options);
  const pictures = paths.filter((path) => PICTURE.test(path));
  if (pictures.length > 0) return pictureDataset(files, pictures, options);
  throw new Error(
    `There are no images among the files (${listed(paths)}): expected pictures (PNG, JPEG, WebP, GIF, AVIF, BMP) in one ` +
      "folder per class, or IDX files of images and labels.",
  );
}

async function idxDataset(
  files: FilesByPath,
  paths: readonly string[],
  options: DatasetOptions,
): Promise<Dataset> {
  const pathOf = (isTest: boolean, rank: "1" | "3"): string | undefined =>
    paths.find((one) => TEST_NAME.test(one) === isTest && IDX.exec(one)![1] === rank);
  const read = async (path: string): Promise<Uint8Array> => {
    try {
      const bytes = await gunzipIfNeeded(new Uint8Array(await files.get(path)!.arrayBuffer()));
      decodeIdx(bytes);
      return bytes;
    } catch (error) {
      throw new Error(`${path}: ${(error as Error).message}`);
    }
  };
  const [images, labels] = [pathOf(false, "3"), pathOf(false, "1")];
  if (!images || !labels) {
    throw new Error(
      `IDX files of training images (idx3-ubyte) and their labels (idx1-ubyte) are needed, got ${listed(paths)}.`,
    );
  }
  const [testImages, testLabels] = [pathOf(true, "3"), pathOf(true, "1")];
  if (!testImages !== !testLabels) {
    throw new Error(
      `${testImages ?? testLabels}: test images and their labels belong together, one of the two is missing.`,
    );
  }
  const [ofImages, ofLabels] = [await read(images), await read(labels)];
  const [, height = 0, width = 0] = decodeIdx(ofImages).shape;
  const count = decodeIdx(ofLabels).data.reduce((most, label) => Math.max(most, label), 0) + 1;
  const classes = Array.from({ length: count }, (_, label) => String(label));
  const half = (imageFile: Uint8Array, labelFile: Uint8Array): Split =>
    idxSplit(imageFile, labelFile, [height, width], count);
  const test =
    testImages && testLabels ? half(await read(testImages), await read(testLabels)) : undefined;
  return assembled([1, height, width], classes, half(ofImages, ofLabels), test, options);
}

const MOST_LISTED = 5;

/** The first of the paths, and how many more there are. */
const listed = (paths: readonly string[]): string =>
  paths.slice(0, MOST_LISTED).join(", ") +
  (paths.length > MOST_LISTED ? ` and ${paths.length - MOST_LISTED} more` : "");

async function pictureDataset(
  files: FilesByPath,
  paths: readonly string[],
  options: DatasetOptions,
): Promise<Dataset> {
  const { size = 32, channels = 3, onDecoded } = options;
  if (!Number.isInteger(size) || size < 1)
    throw new RangeError(`size must be a positive integer, got ${size}.`);
  const { classes, train, test } = classPaths(paths);
  const bad: string[] = [];
  let done = 0;
  const decode = async (entries: readonly ClassPath[]): Promise<Split> => {
    const images = new Uint8Array(entries.length * channels * size * size);
    for (const [i, { path }] of entries.entries()) {
      try {
        const planes = await decodePicture(files.get(path)!, { size, channels });
        images.set(planes, i * planes.length);
      } catch (error) {
        bad.push(`${path}: ${(error as Error).message}`);
      }
      onDecoded?.(++done, train.length + (test?.length ?? 0));
    }
    const labels = Uint16Array.from(entries, ({ label }) => label);
    return { images, labels, count: entries.length };
  };
  const trained = await decode(train);
  const tested = test && (await decode(test));
  if (bad.length > 0)
    throw new Error(
      `${bad.length} of ${done} pictures cannot be read: ${bad.slice(0, MOST_LISTED).join("; ")}`,
    );
  return assembled([channels, size, size], classes, trained, tested, options);
}

function assembled(
  shape: [number, number, number],
  classes: string[],
  all: Split,
  given: Split | undefined,
  { name = "own images", seed = 0 }: DatasetOptions,
): Dataset {
  const { train, heldOut: test } = given
    ? { train: all, heldOut: given }
    : holdOutPerClass(all, TEST_FRACTION, random(seed, "data.split"));
  const present = new Set(train.labels);
  const missing = classes.filter((_, label) => !present.has(label));
  if (missing.length > 0) throw new Error(`There are no training images of ${missing.join(", ")}.`);
  if (test.count === 0) throw new Error("There are no test images.");
  return { name, classes, shape, train, test, normalization: meanStd(train, shape[0]) };
}
