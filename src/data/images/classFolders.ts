import { readdir, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import type { ImageFile, ImageListing } from "./listing.ts";

const IMAGE_NAME = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i;

/**
 * Lists one folder per class: FOLDER/train/CLASS and FOLDER/test/CLASS (or FOLDER/val/CLASS), or
 * FOLDER/CLASS alone, without a split. Classes are numbered in order of their names. Hidden files
 * and those of other kinds are passed over.
 *
 * @throws Error that says what the folder lacks.
 */
export async function listClassFolders(folder: string): Promise<ImageListing> {
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
  const list = (from: string) => listImages(from, classes, folder);
  return {
    source: folder,
    classes,
    train: await list(trainFolder),
    ...(testName ? { test: await list(join(folder, testName)) } : {}),
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

async function listImages(
  folder: string,
  classes: readonly string[],
  root: string,
): Promise<ImageFile[]> {
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
      if (!IMAGE_NAME.test(name) || basename(name).startsWith(".")) continue;
      const path = join(folder, className, name);
      files.push({ path, name: relative(root, path), label });
    }
  }
  return files;
}
