import { join } from "node:path";
import type { Random } from "../../random/generator.ts";
import type { Dataset, Normalization, SkippedImage, Split } from "../dataset.ts";
import { userCacheDir } from "../locate.ts";
import { meanStd } from "../normalization.ts";
import { holdOutPerClass } from "../subsets.ts";
import { type DecodeOptions, goodIndices } from "./decodeImages.ts";
import { decodeCached } from "./imageCache.ts";
import type { ImageFile, ImageListing, Preprocessing } from "./listing.ts";

const TEST_FRACTION = 0.2;
const SHOWN = 5;

export interface ImageOptions extends DecodeOptions {
  /** Leave out images that cannot be decoded, and list them as `skipped`, instead of failing. */
  skipBad?: boolean;
  /** Folder where decoded images are kept; default: the user's cache folder. */
  cacheDir?: string;
}

/**
 * Decodes a listing to a data set. Without a split, a fifth per class, drawn with `rng`, becomes
 * the test half. Normalization is that of the training half unless given.
 *
 * @throws Error that names the images that cannot be decoded, or what the data lack.
 */
export async function datasetOfImages(
  name: string,
  listing: ImageListing,
  preprocessing: Preprocessing,
  rng: Pick<Random, "integer">,
  options: ImageOptions & { normalization?: Normalization } = {},
): Promise<Dataset> {
  const { size, channels } = preprocessing;
  if (!Number.isInteger(size) || size < 1)
    throw new RangeError(`size must be a positive integer, got ${size}.`);
  const { classes, source } = listing;
  const skipped: SkippedImage[] = [];
  const decode = async (files: readonly ImageFile[]): Promise<Split> => {
    const folder = options.cacheDir ?? join(userCacheDir(), "images");
    const { pixels, bad } = await decodeCached(files, preprocessing, folder, options);
    for (const { index, reason } of bad) skipped.push({ file: files[index]!.name, reason });
    const good = goodIndices(files.length, bad);
    return {
      images: pixels,
      labels: Uint16Array.from(good, (i) => files[i]!.label),
      count: good.length,
    };
  };
  let train = await decode(listing.train);
  let test = listing.test && (await decode(listing.test));
  if (skipped.length > 0 && !options.skipBad) {
    throw new Error(badImages(skipped, listing));
  }
  if (!test) ({ train, heldOut: test } = holdOutPerClass(train, TEST_FRACTION, rng));
  const present = new Set(train.labels);
  const missing = classes.filter((_, label) => !present.has(label));
  if (missing.length > 0)
    throw new Error(`${source} has no training images of ${missing.join(", ")}.`);
  if (test.count === 0) throw new Error(`${source} has no test images.`);
  const { mean, std } = options.normalization ?? meanStd(train, channels);
  return {
    name,
    classes,
    shape: [channels, size, size],
    train,
    test,
    normalization: { mean: [...mean], std: [...std] },
    source,
    ...(skipped.length > 0 ? { skipped } : {}),
  };
}

function badImages(bad: readonly SkippedImage[], { source, train, test = [] }: ImageListing) {
  const shown = bad.slice(0, SHOWN).map(({ file, reason }) => `  ${file}: ${reason}`);
  if (bad.length > SHOWN) shown.push(`  and ${bad.length - SHOWN} more`);
  return (
    `${bad.length} of ${train.length + test.length} images in ${source} cannot be decoded:\n` +
    `${shown.join("\n")}\nRepair or remove them, or leave them out with --skip-bad (skipBad).`
  );
}
