import { join, resolve } from "node:path";
import type { DownloadProgress } from "../../data/download.ts";
import { type FetchedFile, fetchDataset } from "../../data/fetch.ts";
import { imageSetNames } from "../../data/images/imageSets.ts";
import { userDataDir } from "../../data/locate.ts";
import { mirrors } from "../../data/mirrors.ts";
import {
  type CommandContext,
  type CommonOptions,
  defineCommand,
  printResult,
  type Register,
} from "../command.ts";
import { suggest, UsageError } from "../errors.ts";
import { formatBytes, formatTable } from "../format.ts";
import { createProgressLine } from "../progressLine.ts";

interface FetchCommandOptions extends CommonOptions {
  readonly data?: string;
  readonly mirror?: string;
}

interface FetchedDataset {
  readonly name: string;
  readonly folder: string;
  readonly files: readonly FetchedFile[];
}

const known = Object.keys(mirrors);

export const registerFetch: Register = (program, context) => {
  defineCommand(
    program,
    "fetch <dataset...>",
    `Downloads data sets: ${known.join(", ")} or all.`,
    "onnx-distill fetch mnist usps --data ~/datasets",
  )
    .option(
      "--data <folder>",
      "where to put them, each in a folder of its name (default: ONNX_DISTILL_DATA or the user's data folder)",
    )
    .option("--mirror <url>", "download from this address, to which the file names are appended")
    .action(async (wanted: readonly string[], options: FetchCommandOptions) => {
      const folder = resolve(
        options.data ?? options.out ?? (process.env.ONNX_DISTILL_DATA || userDataDir()),
      );
      const datasets = await fetchAll(namesOf(wanted), folder, options, context);
      printResult(context, options, { folder, datasets }, asText(datasets));
    });
};

async function fetchAll(
  names: readonly string[],
  folder: string,
  options: FetchCommandOptions,
  context: CommandContext,
): Promise<FetchedDataset[]> {
  const { signal } = context;
  const progress = createProgressLine(context, options);
  const datasets: FetchedDataset[] = [];
  for (const name of names) {
    const into = join(folder, name);
    progress.message(`${name}: ${into}`);
    const show = createDownloadText();
    try {
      const files = await fetchDataset(name, folder, {
        signal,
        onProgress: (state) => progress.update(show(state)),
        ...(options.mirror ? { mirrors: [options.mirror] } : {}),
      });
      datasets.push({ name, folder: into, files });
    } catch (error) {
      progress.done();
      if (signal.aborted) {
        progress.message(`stopped; what has arrived stays in ${into}, the same command continues`);
      }
      throw error;
    }
  }
  progress.done();
  return datasets;
}

/** @throws {UsageError} for a name that is not known. */
function namesOf(wanted: readonly string[]): string[] {
  const names = wanted.flatMap((word) => (word === "all" ? known : [word]));
  for (const name of names) {
    if (known.includes(name)) continue;
    if (name === "stroke-digits") {
      throw new UsageError("stroke-digits needs no download: it is generated");
    }
    if (imageSetNames.includes(name)) {
      throw new UsageError(
        `${name} cannot be fetched: download its archives and unpack them in a folder DIR/${name}, then pass --data DIR`,
      );
    }
    const near = suggest(name, known);
    const hint = near.length > 0 ? `did you mean ${near.join(" or ")}? There` : "there";
    throw new UsageError(`unknown data set "${name}": ${hint} are ${known.join(", ")} and all`);
  }
  return [...new Set(names)];
}

const BAR_WIDTH = 20;

/** Text of a download: a bar where the size is known, and the speed since the file began. */
function createDownloadText(): (state: DownloadProgress) => string {
  let began: { url: string; time: number; received: number } | undefined;
  return ({ file, url, received, total }) => {
    const time = performance.now();
    if (began?.url !== url) began = { url, time, received };
    const seconds = (time - began.time) / 1000;
    const parts = [file];
    if (total) {
      const filled = Math.round((BAR_WIDTH * received) / total);
      parts.push("█".repeat(filled) + "░".repeat(BAR_WIDTH - filled));
    }
    parts.push(formatBytes(received) + (total ? ` of ${formatBytes(total)}` : ""));
    if (seconds > 0.5) parts.push(`${formatBytes((received - began.received) / seconds)}/s`);
    return parts.join("  ");
  };
}

const checks = {
  checksum: "checksum verified",
  structure: "no published checksum: format and number of images verified",
} as const;

function asText(datasets: readonly FetchedDataset[]): string {
  return datasets
    .map(({ name, folder, files }) => {
      const rows = files.map(({ name: file, url, verified }) => [
        `  ${file}`,
        url ? "downloaded" : "was there",
        checks[verified],
      ]);
      return `${name}: ${folder}\n${formatTable(rows)}`;
    })
    .join("\n");
}
