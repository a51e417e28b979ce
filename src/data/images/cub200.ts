/** Caltech-UCSD Birds 200, as published in 2010 and in 2011 (Welinder et al. 2010, Wah et al. 2011). */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { exists, isFolder } from "./folders.ts";
import type { ImageFile, ImageListing } from "./listing.ts";

type Layout = "2010" | "2011";

/** The folder of the birds' files in a folder, and their layout; 2011 where it has both. */
export async function findCub200(
  folder: string,
): Promise<{ folder: string; layout: Layout } | undefined> {
  const has = async (at: string, names: readonly string[]) =>
    (await isFolder(join(at, "images"))) &&
    (await Promise.all(names.map((name) => exists(join(at, name))))).every(Boolean);
  for (const at of [folder, join(folder, "CUB_200_2011")]) {
    if (await has(at, ["images.txt", "train_test_split.txt"]))
      return { folder: at, layout: "2011" };
  }
  const lists = [join("lists", "train.txt"), join("lists", "test.txt")];
  return (await has(folder, lists)) ? { folder, layout: "2010" } : undefined;
}

/**
 * Lists the whole images with the split that comes with them; bounding boxes are not used, as in
 * the paper's experiments. Classes are named without their numbers.
 *
 * @throws Error that names the file and line that is not of this kind.
 */
export async function listCub200(folder: string, layout: Layout): Promise<ImageListing> {
  return layout === "2010" ? list2010(folder) : list2011(folder);
}

/** lists/train.txt and lists/test.txt: one NUMBER.CLASS/IMAGE a line. */
async function list2010(folder: string): Promise<ImageListing> {
  const read = (part: string) =>
    readLines(join(folder, "lists", part), /^([^/\\]+)\/[^/\\]+$/, "CLASS/IMAGE");
  const [train, test] = [await read("train.txt"), await read("test.txt")];
  const folders = [...new Set([...train, ...test].map(([, className]) => className!))].sort();
  const toFile = ([name, className]: string[]) =>
    imageFile(folder, name!, folders.indexOf(className!));
  return {
    source: `${folder} (layout of 2010)`,
    classes: folders.map(withoutNumber),
    train: train.map(toFile),
    test: test.map(toFile),
  };
}

/** images.txt, image_class_labels.txt, train_test_split.txt and classes.txt: a number and a value. */
async function list2011(folder: string): Promise<ImageListing> {
  const read = async (file: string, value: RegExp, what: string) => {
    const pattern = new RegExp(`^(\\d+) (${value.source})$`);
    const lines = await readLines(join(folder, file), pattern, `NUMBER ${what}`);
    return new Map(lines.map(([, number, text]) => [number!, text!]));
  };
  const classes = await read("classes.txt", /\S+/, "CLASS");
  const images = await read("images.txt", /\S+/, "CLASS/IMAGE");
  const labels = await read("image_class_labels.txt", /\d+/, "CLASS NUMBER");
  const isTrain = await read("train_test_split.txt", /[01]/, "0 or 1");
  const numbers = [...classes.keys()];
  const halves: { train: ImageFile[]; test: ImageFile[] } = { train: [], test: [] };
  for (const [image, name] of images) {
    const label = numbers.indexOf(labels.get(image) ?? "");
    const part = isTrain.get(image);
    if (label < 0 || part === undefined) {
      throw new Error(
        `${folder}: image ${image} (${name}) needs a class of classes.txt in image_class_labels.txt and a line in train_test_split.txt.`,
      );
    }
    halves[part === "1" ? "train" : "test"].push(imageFile(folder, name, label));
  }
  return {
    source: `${folder} (layout of 2011)`,
    classes: [...classes.values()].map(withoutNumber),
    ...halves,
  };
}

const imageFile = (folder: string, name: string, label: number): ImageFile => ({
  path: join(folder, "images", name),
  name: join("images", name),
  label,
});

const withoutNumber = (className: string): string => className.replace(/^\d+\./, "");

/** Every line's match, the line itself first. */
async function readLines(path: string, pattern: RegExp, what: string): Promise<string[][]> {
  const lines = (await readFile(path, "utf8")).split("\n").map((line) => line.trim());
  return lines.flatMap((line, i) => {
    if (line === "") return [];
    const match = pattern.exec(line);
    if (!match || line.includes("..")) {
      throw new Error(`${path} line ${i + 1}: expected ${what}, got ${JSON.stringify(line)}.`);
    }
    return [[...match]];
  });
}
