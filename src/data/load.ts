import { readdir, readFile, stat } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { gunzipIfNeeded } from "../formats/inflate.ts";
import { decodeNpy, type NpyArray } from "../formats/npy.ts";
import { openNpz } from "../formats/npz.ts";
import { random } from "../random/generator.ts";
import { chooseArrays, datasetOfArrays, type ImageLayout } from "./arrays.ts";
import { type CatalogEntry, catalog, catalogEntry } from "./catalog.ts";
import { decodeCifar10 } from "./cifar10.ts";
import { convertDataset } from "./convert.ts";
import type { Dataset, Split } from "./dataset.ts";
import { idxSplit } from "./idx.ts";
import type { ImageFolderOptions } from "./imageFolder.ts";
import type { FoundImages } from "./images/imageSets.ts";
import { dataDirs, type LocatedFiles, locateFiles } from "./locate.ts";
import { MissingDataError } from "./missingData.ts";
import { meanStd } from "./normalization.ts";
import { indicesByClass } from "./subsets.ts";
import { decodeSvhn } from "./svhn.ts";
import { decodeUspsText } from "./usps.ts";

export interface LoadOptions extends Omit<ImageFolderOptions, "fit"> {
  /** Folder to look in first. */
  dataDir?: string;
  /** Seeds the generated digits and the split of data that comes without one; default 0. */
  seed?: number;
  /** Axes of the user's own arrays, where the shape leaves them open. */
  layout?: ImageLayout;
}

/**
 * Loads a built-in data set by name (mnist, fashion-mnist, usps, svhn, cifar10, stroke-digits, voc,
 * cub200), or the user's own by path, from here or below a data directory: a .npz file, a folder of
 * .npy files, of class folders, or with the layout of voc or cub200.
 *
 * Images are [C,size,size] where a size is given. Those of voc and cub200 are 224 without it, those
 * of class folders 32, others as they are stored.
 *
 * @throws {MissingDataError} when files are missing or the name is unknown, Error when files are damaged.
 */
export async function loadDataset(name: string, options: LoadOptions = {}): Promise<Dataset> {
  const { size } = options;
  const dataset = await loadAny(name, options);
  return size === undefined ? dataset : convertDataset(dataset, [dataset.shape[0], size, size]);
}

async function loadAny(name: string, options: LoadOptions): Promise<Dataset> {
  const entry = catalogEntry(name);
  if (entry?.name === "stroke-digits") {
    const { strokeDigitsDataset } = await import("./strokeDigitsDataset.ts");
    return strokeDigitsDataset({ seed: options.seed ?? 0 });
  }
  if (entry) return loadFiles(entry, await locateFiles(entry, options.dataDir));
  const { findImageSet, imageSetNames } = await import("./images/imageSets.ts");
  const photographs = await findImageSet(name, options.dataDir);
  if (photographs) return loadPhotographs(photographs, options);
  for (const path of [name, ...dataDirs(options.dataDir).map((dir) => join(dir, name))]) {
    const info = await stat(path).catch(() => undefined);
    if (info?.isDirectory()) return loadFolder(resolve(path), options);
    if (info?.isFile() && extname(path) === ".npz") return loadNpz(resolve(path), options);
  }
  throw new MissingDataError(
    `There is no data set ${JSON.stringify(name)}. Known are ` +
      `${[...catalog.map((known) => known.name), ...imageSetNames].join(", ")}, or the path of a ` +
      ".npz file, of a folder of .npy files or of a folder of class folders.",
  );
}

async function loadFiles(entry: CatalogEntry, files: LocatedFiles): Promise<Dataset> {
  const half = async (paths: readonly string[]): Promise<Split> => {
    const contents: Uint8Array[] = [];
    for (const path of paths) {
      contents.push(await named(path, async () => gunzipIfNeeded(await readBytes(path))));
    }
    return named(paths.join(", "), () => decodeHalf(entry, files, contents));
  };
  const train = await half(files.train);
  const test = await half(files.test);
  rejectNamesake(entry.name, train, files.folder);
  const { mean, std } = entry.normalization ?? meanStd(train, entry.shape[0]);
  return {
    name: entry.name,
    classes: [...entry.classes],
    shape: [...entry.shape],
    train,
    test,
    normalization: { mean: [...mean], std: [...std] },
    source: files.folder,
  };
}

function decodeHalf(
  entry: CatalogEntry,
  files: LocatedFiles,
  contents: Uint8Array[],
): Split | Promise<Split> {
  const [, height, width] = entry.shape;
  switch (files.layout.kind) {
    case "idx":
      return idxSplit(contents[0]!, contents[1]!, [height, width], entry.classes.length);
    case "usps-text":
      return decodeUspsText(contents[0]!);
    case "svhn":
      return decodeSvhn(contents[0]!);
    case "cifar10":
      return decodeCifar10(contents);
  }
}

/**
 * MNIST and Fashion-MNIST have the same file names and shapes; the whole training sets differ in
 * their class sizes.
 */
function rejectNamesake(name: string, train: Split, folder: string): void {
  const namesakes: Record<string, { name: string; sizes: number[] }> = {
    mnist: { name: "fashion-mnist", sizes: new Array<number>(10).fill(6000) },
    "fashion-mnist": {
      name: "mnist",
      sizes: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    },
  };
  const other = namesakes[name];
  const members = indicesByClass(train);
  if (other?.sizes.every((size, label) => members.get(label)?.length === size)) {
    throw new Error(
      `The files in ${folder} are those of ${other.name}, not ${name} (the file names are the ` +
        `same). Put each into a folder of its own name.`,
    );
  }
}

async function loadNpz(path: string, options: LoadOptions): Promise<Dataset> {
  return named(path, async () => {
    const npz = openNpz(await readBytes(path));
    return loadArrays(path, npz.names, (array) => npz.read(array), options);
  });
}

async function loadFolder(folder: string, options: LoadOptions): Promise<Dataset> {
  const arrays = (await readdir(folder)).filter((name) => extname(name) === ".npy");
  if (arrays.length > 0) {
    const names = arrays.map((file) => basename(file, ".npy"));
    const read = (array: string) => {
      const path = join(folder, `${array}.npy`);
      return named(path, async () => decodeNpy(await readBytes(path)));
    };
    return named(folder, () => loadArrays(folder, names, read, options));
  }
  const { recognizeImageSet } = await import("./images/imageSets.ts");
  const photographs = await recognizeImageSet(folder);
  if (photographs) return loadPhotographs(photographs, options);
  const { loadImageFolder } = await import("./imageFolder.ts");
  return loadImageFolder(basename(folder), folder, splitRandom(options), options);
}

/** Photographs are squashed to a square, as the paper's code does for AlexNet. */
async function loadPhotographs(
  { name, listing, normalization }: FoundImages,
  options: LoadOptions,
): Promise<Dataset> {
  const { PHOTOGRAPH_SIZE } = await import("./images/imageSets.ts");
  const { datasetOfImages } = await import("./images/imageDataset.ts");
  const { size = PHOTOGRAPH_SIZE, channels = 3 } = options;
  return datasetOfImages(
    name,
    listing,
    { size, channels, fit: "squash" },
    splitRandom(options),
    channels === 3 ? { ...options, normalization } : options,
  );
}

async function loadArrays(
  path: string,
  names: readonly string[],
  read: (array: string) => Promise<NpyArray>,
  options: LoadOptions,
): Promise<Dataset> {
  const chosen = chooseArrays(names);
  const half = async ({ images, labels }: { images: string; labels: string }) => ({
    images: await read(images),
    labels: await read(labels),
  });
  const train = await half(chosen.train);
  const arrays = chosen.test ? { train, test: await half(chosen.test) } : { train };
  const name = basename(path, ".npz");
  return {
    ...datasetOfArrays(name, arrays, splitRandom(options), options.layout),
    source: path,
  };
}

const splitRandom = (options: LoadOptions) => random(options.seed ?? 0, "data.split");

async function readBytes(path: string): Promise<Uint8Array> {
  const { buffer, byteOffset, byteLength } = await readFile(path);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Puts the file's path in front of any error message. */
async function named<T>(path: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new Error(`${path}: ${(cause as Error).message}`, { cause });
  }
}
