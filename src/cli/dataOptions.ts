/** What commands that read data sets share: where the data are, and what to do with bad images. */
import type { Command } from "commander";
import type { Dataset, SkippedImage } from "../data/dataset.ts";
import type { DataOptions } from "../io/recipeData.ts";
import type { ProgressLine } from "./progressLine.ts";

export interface DataCommandOptions {
  readonly data?: string;
  readonly skipBad?: boolean;
  readonly cache?: string;
}

/** Adds --data, --skip-bad and --cache. */
export const withData = (command: Command): Command =>
  command
    .option("--data <folder>", "where data sets are looked for first")
    .option(
      "--skip-bad",
      "leave out images that cannot be decoded, and name them, instead of failing",
    )
    .option("--cache <folder>", "where decoded images are kept (default: the user's cache folder)");

/** The options as the library takes them; decoding is shown as progress. */
export const dataOptions = (
  { data, skipBad, cache }: DataCommandOptions,
  progress: ProgressLine,
): DataOptions => ({
  dataDir: data,
  skipBad,
  cacheDir: cache,
  onDecoded: (done, total) => {
    if (done < total) progress.update(`decoding images: ${done} of ${total}`);
    else progress.done();
  },
});

/** The images that were left out, as rows of a result; none where none were. */
export function skippedRows({ skipped = [] }: Pick<Dataset, "skipped">): string[][] {
  return skipped.map(({ file, reason }: SkippedImage, i) => [
    i === 0 ? `images left out: ${skipped.length}` : "",
    `${file}: ${reason}`,
  ]);
}
