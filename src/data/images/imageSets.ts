/** The built-in data sets of photographs, by name or by the layout of a folder. */
import { basename, join } from "node:path";
import type { Normalization } from "../dataset.ts";
import { dataDirs } from "../locate.ts";
import { findCub200, listCub200 } from "./cub200.ts";
import type { ImageListing } from "./listing.ts";
import { listVoc, vocYears } from "./voc.ts";

/** Height and width of AlexNet's images, to which these data sets are resized by default. */
export const PHOTOGRAPH_SIZE = 224;

interface ImageSet {
  title: string;
  /** Folders below a data directory, first match wins; "" is the data directory itself. */
  folders: readonly string[];
  /** What is looked for, as shown to people. */
  wanted: string;
  normalization?: Normalization;
  /** Its listing, where the folder has its layout. */
  listIn(folder: string): Promise<ImageListing | undefined>;
}

/** Statistics of ImageNet's images, which AlexNet is trained with; the paper's code uses them for VOC. */
const imageNet: Normalization = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

const voc = (year?: string): ImageSet => ({
  title: `PASCAL VOC${year ?? ""}, objects cropped to their boxes`,
  folders: [...(year ? [`voc${year}`] : []), "voc", "VOC", ""],
  wanted: `VOCdevkit/VOC${year ?? "20xx"} with Annotations, ImageSets/Main and JPEGImages`,
  normalization: imageNet,
  async listIn(folder) {
    const years = await vocYears(folder);
    const chosen = year ? years.filter((path) => basename(path) === `VOC${year}`) : years;
    if (chosen.length > 1) {
      const names = chosen.map((path) => basename(path).toLowerCase());
      throw new Error(`${folder} has several years of VOC; name one: ${names.join(" or ")}.`);
    }
    return chosen[0] === undefined ? undefined : listVoc(chosen[0]);
  },
});

const cub200: ImageSet = {
  title: "Caltech-UCSD Birds 200",
  folders: ["cub200", "CUB_200_2011", "CUB_200", ""],
  wanted:
    "images with images.txt, train_test_split.txt, image_class_labels.txt and classes.txt (2011), " +
    "or images with lists/train.txt and lists/test.txt (2010)",
  async listIn(folder) {
    const found = await findCub200(folder);
    return found && listCub200(found.folder, found.layout);
  },
};

/** Names for messages; a year may be left out where there is only one. */
export const imageSetNames: readonly string[] = ["voc", "voc2007", "voc2012", "cub200"];

function imageSetNamed(name: string): ImageSet | undefined {
  const year = /^voc(20\d\d)?$/.exec(name);
  return year ? voc(year[1]) : name === "cub200" ? cub200 : undefined;
}

/** A listing with what its data set is called and normalised by. */
export interface FoundImages {
  name: string;
  listing: ImageListing;
  normalization?: Normalization;
}

/**
 * The images of a built-in data set of photographs, or undefined for another name.
 *
 * @throws Error that lists what was looked for, and where, when the files are missing.
 */
export async function findImageSet(
  name: string,
  dataDir?: string,
): Promise<FoundImages | undefined> {
  const set = imageSetNamed(name);
  if (!set) return undefined;
  const folders = dataDirs(dataDir).flatMap((dir) => set.folders.map((below) => join(dir, below)));
  for (const folder of folders) {
    const listing = await set.listIn(folder);
    if (listing) return { name, listing, normalization: set.normalization };
  }
  throw new Error(
    [
      `The data set ${name} (${set.title}) was not found. Wanted:`,
      `  ${set.wanted}`,
      "Looked in:",
      ...folders.map((folder) => `  ${folder}`),
      `To get it, unpack its archives in a folder DIR/${set.folders[0]} and pass --data DIR; ` +
        "for class folders without a split, name their path as the data set.",
    ].join("\n"),
  );
}

/** The images of a folder with the layout of a built-in data set, or undefined. */
export async function recognizeImageSet(folder: string): Promise<FoundImages | undefined> {
  for (const [name, set] of [["voc", voc()] as const, ["cub200", cub200] as const]) {
    const listing = await set.listIn(folder);
    if (listing) return { name, listing, normalization: set.normalization };
  }
  return undefined;
}
