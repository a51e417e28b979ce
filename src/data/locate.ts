import { readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { CatalogEntry } from "./catalog.ts";
import { mirrors } from "./mirrors.ts";
import { MissingDataError } from "./missingData.ts";

/** The files of one data set, all from one folder. */
export interface LocatedFiles {
  folder: string;
  /** Absolute paths of the training files, then of the test files; see `fileLayouts`. */
  train: string[];
  test: string[];
  layout: Layout;
}

export interface Layout {
  kind: "idx" | "usps-text" | "svhn" | "cifar10";
  /** What is looked for, as shown to people. */
  wanted: string[];
  /** The files of each split among a folder's file names, or undefined when some are missing. */
  pick(names: ReadonlySet<string>): { train: string[]; test: string[] } | undefined;
}

/** The user's folder for what can be downloaded or computed again, by operating system. */
export function userCacheDir(): string {
  const env = process.env;
  if (process.platform === "win32") {
    return join(env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "onnx-distill");
  }
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "onnx-distill");
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "onnx-distill");
}

/** The folder where `fetch` puts data sets unless told otherwise. */
export const userDataDir = (): string => join(userCacheDir(), "data");

/** Data directories in search order: the given one, ONNX_DISTILL_DATA, ./data, the user's. */
export function dataDirs(dataDir?: string): string[] {
  const dirs = [dataDir, process.env.ONNX_DISTILL_DATA, "data", userDataDir()];
  return [
    ...new Set(dirs.filter((dir) => dir !== undefined && dir !== "").map((dir) => resolve(dir!))),
  ];
}

/**
 * Finds the files of a data set in the first folder that has them all: <dir>/<name>/ before <dir>/.
 *
 * @throws {MissingDataError} that lists the wanted files, the folders looked in and how to get the data.
 */
export async function locateFiles(entry: CatalogEntry, dataDir?: string): Promise<LocatedFiles> {
  const layouts = fileLayouts[entry.name] ?? [];
  const looked: string[] = [];
  for (const dir of dataDirs(dataDir)) {
    for (const below of entry.folders) {
      const folder = join(dir, below);
      const names = await fileNames(folder);
      looked.push(names ? folder : `${folder} (no such folder)`);
      if (!names) continue;
      for (const layout of layouts) {
        const found = layout.pick(names);
        if (!found) continue;
        const path = (name: string) => join(folder, name);
        return { folder, layout, train: found.train.map(path), test: found.test.map(path) };
      }
    }
  }
  throw new MissingDataError(missingData(entry, layouts, looked));
}

const idxLayout = (train: string, test: string): Layout => {
  const files = [train, test].map((part) => [
    `${part}-images-idx3-ubyte`,
    `${part}-labels-idx1-ubyte`,
  ]);
  return {
    kind: "idx",
    wanted: files.flat().map((name) => `${name}[.gz]`),
    pick(names) {
      const [inTrain, inTest] = files.map((pair) => pair.map((name) => plainOrGz(names, name)));
      return bothComplete(inTrain!, inTest!);
    },
  };
};

const uspsText: Layout = {
  kind: "usps-text",
  wanted: ["zip.train[.gz]", "zip.test[.gz]"],
  pick: (names) => bothComplete([plainOrGz(names, "zip.train")], [plainOrGz(names, "zip.test")]),
};

const svhn: Layout = {
  kind: "svhn",
  wanted: ["train_32x32.mat", "test_32x32.mat"],
  pick(names) {
    const [train, test] = this.wanted as [string, string];
    return names.has(train) && names.has(test) ? { train: [train], test: [test] } : undefined;
  },
};

const cifar10: Layout = {
  kind: "cifar10",
  wanted: [
    "data_batch_1.bin[.gz] ... data_batch_5.bin[.gz] (or train_*.bin[.gz])",
    "test_batch.bin[.gz] (or test_*.bin[.gz])",
  ],
  pick(names) {
    const original = numbered(names, "data_batch_");
    const train = original.length > 0 ? original : numbered(names, "train_");
    const batch = plainOrGz(names, "test_batch.bin");
    const test = batch ? [batch] : numbered(names, "test_");
    return train.length > 0 && test.length > 0 ? { train, test } : undefined;
  },
};

/** File layouts of each data set that is read from files, the preferred first. */
export const fileLayouts: Readonly<Record<string, readonly Layout[]>> = {
  mnist: [idxLayout("train", "t10k")],
  "fashion-mnist": [idxLayout("train", "t10k")],
  usps: [idxLayout("usps-train", "usps-test"), uspsText],
  svhn: [svhn],
  cifar10: [cifar10],
};

function plainOrGz(names: ReadonlySet<string>, name: string): string | undefined {
  return [name, `${name}.gz`].find((candidate) => names.has(candidate));
}

/** <prefix><number>.bin[.gz] in order of the numbers, each number once. */
function numbered(names: ReadonlySet<string>, prefix: string): string[] {
  const numbers = new Set<number>();
  for (const name of names) {
    const match = /^(0|[1-9]\d*)\.bin(\.gz)?$/.exec(
      name.startsWith(prefix) ? name.slice(prefix.length) : "",
    );
    if (match) numbers.add(Number(match[1]));
  }
  return [...numbers]
    .sort((a, b) => a - b)
    .map((number) => plainOrGz(names, `${prefix}${number}.bin`))
    .filter((name) => name !== undefined);
}

function bothComplete(train: (string | undefined)[], test: (string | undefined)[]) {
  const complete = (files: (string | undefined)[]): files is string[] => !files.includes(undefined);
  return complete(train) && complete(test) ? { train, test } : undefined;
}

async function fileNames(folder: string): Promise<ReadonlySet<string> | undefined> {
  const info = await stat(folder).catch(() => undefined);
  return info?.isDirectory() ? new Set(await readdir(folder)) : undefined;
}

function missingData(entry: CatalogEntry, layouts: readonly Layout[], looked: string[]): string {
  const wanted = layouts.map((layout) => layout.wanted.map((name) => `  ${name}`).join("\n"));
  const fetchable = Object.hasOwn(mirrors, entry.name);
  return [
    `The data set ${entry.name} (${entry.title}) was not found. Wanted files:`,
    wanted.join("\nor\n"),
    "Looked in:",
    ...looked.map((folder) => `  ${folder}`),
    "To get it:",
    ...(fetchable ? [`  onnx-distill fetch ${entry.name}`] : []),
    `  ${fetchable ? "or " : ""}put the files in a folder DIR/${entry.name} and pass --data DIR`,
  ].join("\n");
}
