import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import sharp from "sharp";
import type { Random } from "../random/generator.ts";
import type { Dataset, Split } from "./dataset.ts";
import { meanStd } from "./normalization.ts";
import { holdOutPerClass } from "./subsets.ts";

const IMAGE_NAME = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i;
const TEST_FRACTION = 0.2;
const DECODERS = 8;

export interface ImageFolderOptions {
  /** Height and width of the resized images, in pixels; default 32. */
  size?: number;
  /** 3: sRGB (default); 1: grey. */
  channels?: 1 | 3;
  /** Leave out images that cannot be decoded instead of failing. */
  skipBad?: boolean;
  /** Told of every image left out. */
  onSkip?: (file: string, reason: string) => void;
}

interface ImageFile {
  path: string;
  label: number;
}

/**
 * Reads folders of images, one folder per class: FOLDER/train/CLASS and FOLDER/test/CLASS (or
 * FOLDER/val/CLASS), or FOLDER/CLASS alone, of which a fifth per class, drawn with `rng`, becomes
 * the test half. Classes are numbered in order of their names. Images are turned upright, scaled to
 * cover a square and cropped at its centre; transparency is dropped. Other files are passed over.
 *
 * @throws Error that names the images that cannot be decoded, or what the folder lacks.
 */
export async function loadImageFolder(
  name: string,
  folder: string,
  rng: Pick<Random, "integer">,
  options: ImageFolderOptions = {},
): Promise<Dataset> {
  const { size = 32, channels = 3 } = options;
  if (!Number.isInteger(size) || size < 1)
    throw new RangeError(`size must be a positive integer, got ${size}.`);
  const folders = await subfolders(folder);
  const hasTrain = folders.includes("train");
  const testName = hasTrain ? ["test", "val"].find((part) => folders.includes(part)) : undefined;
  const trainFolder = hasTrain ? join(folder, "train") : folder;
  const classes = await subfolders(trainFolder);
  if (classes.length < 2) {
    throw new Error(
      `${trainFolder} has ${classes.length} class folders, expected two or more ` +
        "(train/CLASS and test/CLASS or val/CLASS, or CLASS folders alone).",
    );
  }
  const read = async (from: string) =>
    decodeAll(await listImages(from, classes), folder, size, channels, options);
  let train = await read(trainFolder);
  let test: Split;
  if (testName) {
    test = await read(join(folder, testName));
  } else {
    ({ train, heldOut: test } = holdOutPerClass(train, TEST_FRACTION, rng));
  }
  const missing = classes.filter((_, label) => !train.labels.includes(label));
  if (missing.length > 0) throw new Error(`${trainFolder} has no images of ${missing.join(", ")}.`);
  if (test.count === 0) throw new Error(`${join(folder, testName ?? "")} has no test images.`);
  return {
    name,
    classes,
    shape: [channels, size, size],
    train,
    test,
    normalization: meanStd(train, channels),
    source: folder,
  };
}

/** Names of the folders in a folder, sorted by code unit; hidden ones are left out. */
async function subfolders(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith("."));
  const isFolder = await Promise.all(
    names.map(async (name) =>
      (await stat(join(folder, name)).catch(() => undefined))?.isDirectory(),
    ),
  );
  return names.filter((_, i) => isFolder[i]).sort();
}

async function listImages(folder: string, classes: readonly string[]): Promise<ImageFile[]> {
  const files: ImageFile[] = [];
  for (const className of await subfolders(folder)) {
    const label = classes.indexOf(className);
    if (label < 0) {
      throw new Error(
        `${join(folder, className)}: training has no class ${JSON.stringify(className)}.`,
      );
    }
    const names = await readdir(join(folder, className), { recursive: true });
    for (const name of names.sort()) {
      if (IMAGE_NAME.test(name) && !basename(name).startsWith("."))
        files.push({ path: join(folder, className, name), label });
    }
  }
  return files;
}

async function decodeAll(
  files: readonly ImageFile[],
  root: string,
  size: number,
  channels: 1 | 3,
  options: ImageFolderOptions,
): Promise<Split> {
  const length = channels * size * size;
  const images = new Uint8Array(files.length * length);
  const reasons = new Map<number, string>();
  let next = 0;
  const decodeNext = async (): Promise<void> => {
    for (let i = next++; i < files.length; i = next++) {
      try {
        images.set(await decodeImage(files[i]!.path, size, channels), i * length);
      } catch (cause) {
        reasons.set(i, (cause as Error).message.trim().split("\n")[0]!);
      }
    }
  };
  await Promise.all(Array.from({ length: DECODERS }, decodeNext));

  const bad = [...reasons.keys()].sort((a, b) => a - b);
  const nameOf = (i: number) => relative(root, files[i]!.path);
  if (bad.length > 0 && !options.skipBad) {
    const shown = bad.slice(0, 5).map((i) => `  ${nameOf(i)}: ${reasons.get(i)}`);
    if (bad.length > 5) shown.push(`  and ${bad.length - 5} more`);
    throw new Error(
      `${bad.length} of ${files.length} images in ${root} cannot be decoded:\n${shown.join("\n")}\n` +
        "Repair or remove them, or leave them out with skipBad.",
    );
  }
  for (const i of bad) options.onSkip?.(nameOf(i), reasons.get(i)!);
  const good = files.map((_, i) => i).filter((i) => !reasons.has(i));
  good.forEach((from, to) => {
    images.copyWithin(to * length, from * length, (from + 1) * length);
  });
  return {
    images: images.subarray(0, good.length * length),
    labels: Uint16Array.from(good, (i) => files[i]!.label),
    count: good.length,
  };
}

/** One image as planes [C,size,size]. */
async function decodeImage(path: string, size: number, channels: 1 | 3): Promise<Uint8Array> {
  const { data, info } = await sharp(await readFile(path))
    .autoOrient()
    .removeAlpha()
    .resize(size, size, { fit: "cover" })
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== channels) {
    throw new Error(`decoded to ${info.channels} channels, expected ${channels}`);
  }
  const planes = new Uint8Array(data.length);
  const plane = size * size;
  for (let i = 0; i < plane; i++) {
    for (let channel = 0; channel < channels; channel++) {
      planes[channel * plane + i] = data[i * channels + channel]!;
    }
  }
  return planes;
}
