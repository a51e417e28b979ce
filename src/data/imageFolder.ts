import type { Random } from "../random/generator.ts";
import type { Dataset } from "./dataset.ts";
import { listClassFolders } from "./images/classFolders.ts";
import { datasetOfImages, type ImageOptions } from "./images/imageDataset.ts";
import type { Preprocessing } from "./images/listing.ts";

const DEFAULT_SIZE = 32;

/** Size is 32 by default, channels 3 and fit `cover`. */
export interface ImageFolderOptions extends ImageOptions, Partial<Preprocessing> {}

/**
 * Reads folders of images, one folder per class: FOLDER/train/CLASS and FOLDER/test/CLASS (or
 * FOLDER/val/CLASS), or FOLDER/CLASS alone, of which a fifth per class, drawn with `rng`, becomes
 * the test half. Classes are numbered in order of their names. Images are turned upright and
 * resized; transparency is dropped. Decoded images are cached. Other files are passed over.
 *
 * @throws Error that names the images that cannot be decoded, or what the folder lacks.
 */
export async function loadImageFolder(
  name: string,
  folder: string,
  rng: Pick<Random, "integer">,
  options: ImageFolderOptions = {},
): Promise<Dataset> {
  const { size = DEFAULT_SIZE, channels = 3, fit = "cover" } = options;
  const listing = await listClassFolders(folder);
  return datasetOfImages(name, listing, { size, channels, fit }, rng, options);
}
