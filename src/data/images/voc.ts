/** The PASCAL Visual Object Classes devkit (Everingham et al. 2010) as single-label classification. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { exists, isFolder } from "./folders.ts";
import type { ImageFile, ImageListing } from "./listing.ts";
import { annotatedObjects } from "./vocAnnotation.ts";

export const vocClasses: readonly string[] = [
  "aeroplane",
  "bicycle",
  "bird",
  "boat",
  "bottle",
  "bus",
  "car",
  "cat",
  "chair",
  "cow",
  "diningtable",
  "dog",
  "horse",
  "motorbike",
  "person",
  "pottedplant",
  "sheep",
  "sofa",
  "train",
  "tvmonitor",
];

/**
 * The folders VOC20xx in a folder, in order of their years: those of VOCdevkit in it, its own, or
 * the folder itself.
 */
export async function vocYears(folder: string): Promise<string[]> {
  if (await isYear(folder)) return [folder];
  for (const parent of [join(folder, "VOCdevkit"), folder]) {
    const names = (await readdir(parent).catch(() => [])).filter((name) =>
      /^VOC20\d\d$/.test(name),
    );
    const paths = names.sort().map((name) => join(parent, name));
    const years = await Promise.all(paths.map(isYear));
    if (years.includes(true)) return paths.filter((_, i) => years[i]);
  }
  return [];
}

/**
 * Lists the annotated objects of one year, each cropped to its box: one image and one label for
 * every object of the twenty classes that is not marked `difficult`. Where ImageSets/Main has
 * test.txt and its first image is annotated, trainval is trained on and test is tested on; else
 * train and val.
 *
 * @throws Error that names a file that is missing or not of this kind.
 */
export async function listVoc(folder: string): Promise<ImageListing> {
  const testIds = await imageSet(folder, "test").catch(() => []);
  const tested = testIds.length > 0 && (await exists(annotationOf(folder, testIds[0]!)));
  const [train, test] = tested ? (["trainval", "test"] as const) : (["train", "val"] as const);
  return {
    source: `${folder} (${train}, ${test})`,
    classes: [...vocClasses],
    train: await listObjects(folder, await imageSet(folder, train)),
    test: await listObjects(folder, await imageSet(folder, test)),
  };
}

async function listObjects(folder: string, ids: readonly string[]): Promise<ImageFile[]> {
  const files: ImageFile[] = [];
  for (const id of ids) {
    const path = annotationOf(folder, id);
    try {
      for (const { className, difficult, box } of annotatedObjects(await readFile(path, "utf8"))) {
        const label = vocClasses.indexOf(className);
        if (label < 0) throw new Error(`${JSON.stringify(className)} is none of VOC's classes.`);
        if (difficult) continue;
        const name = join("JPEGImages", `${id}.jpg`);
        files.push({ path: join(folder, name), name, label, crop: box });
      }
    } catch (cause) {
      throw new Error(`${path}: ${(cause as Error).message}`, { cause });
    }
  }
  return files;
}

/** Image names of ImageSets/Main/<part>.txt. */
async function imageSet(folder: string, part: string): Promise<string[]> {
  const path = join(folder, "ImageSets", "Main", `${part}.txt`);
  const text = await readFile(path, "utf8").catch((cause) => {
    throw new Error(`VOC needs ${path}, which cannot be read (${cause.code}).`, { cause });
  });
  const ids = text.split(/\s+/).filter((id) => id !== "");
  const wrong = ids.find((id) => !/^\w+$/.test(id));
  if (wrong !== undefined) throw new Error(`${path}: ${JSON.stringify(wrong)} is no image's name.`);
  return ids;
}

const annotationOf = (folder: string, id: string): string =>
  join(folder, "Annotations", `${id}.xml`);

async function isYear(folder: string): Promise<boolean> {
  const parts = ["Annotations", join("ImageSets", "Main"), "JPEGImages"];
  return (await Promise.all(parts.map((part) => isFolder(join(folder, part))))).every(Boolean);
}
