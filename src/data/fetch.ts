import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { catalogEntry } from "./catalog.ts";
import { type DownloadOptions, downloadFile } from "./download.ts";
import { installFile } from "./installFile.ts";
import { mirrors, type RemoteFile } from "./mirrors.ts";
import { expectImages, verifyDownload } from "./verify.ts";

export interface FetchOptions extends DownloadOptions {
  /** Base URLs to use instead of the built-in mirrors, tried in order. */
  mirrors?: readonly string[];
}

export interface FetchedFile {
  name: string;
  /** Where it lies, or for an archive the folder of its files. */
  path: string;
  /** The URL it came from; undefined when it was there already. */
  url?: string;
  /** "structure": without a known checksum only format and number of images were checked. */
  verified: "checksum" | "structure";
}

/**
 * Downloads a data set into `dir`/`name`, where `loadDataset(name, { dataDir: dir })` finds it.
 * Files that are there and pass their checks are kept; interrupted downloads are resumed; nothing
 * is installed that fails its checks.
 *
 * @throws Error for a data set without mirrors, or when no mirror has the right file; the signal's
 *   reason when aborted.
 */
export async function fetchDataset(
  name: string,
  dir: string,
  options: FetchOptions = {},
): Promise<FetchedFile[]> {
  const files = Object.hasOwn(mirrors, name) ? mirrors[name]! : undefined;
  if (!files) {
    const known = Object.keys(mirrors).join(", ");
    const why = catalogEntry(name) ? "needs no download" : "is not known";
    throw new Error(`The data set ${JSON.stringify(name)} ${why}; fetch has ${known}.`);
  }
  return fetchFiles(files, join(dir, name), options);
}

/** Downloads the given files into a folder; see `fetchDataset`. */
export async function fetchFiles(
  files: readonly RemoteFile[],
  folder: string,
  options: FetchOptions = {},
): Promise<FetchedFile[]> {
  await mkdir(folder, { recursive: true });
  const fetched: FetchedFile[] = [];
  for (const file of files) {
    options.signal?.throwIfAborted();
    const urls = (options.mirrors ?? file.urls).map((url) => url.replace(/\/?$/, "/"));
    fetched.push(await fetchFile({ ...file, urls }, folder, options));
  }
  return fetched;
}

async function fetchFile(
  file: RemoteFile,
  folder: string,
  options: FetchOptions,
): Promise<FetchedFile> {
  const { name } = file;
  const path = join(folder, name);
  const isArchive = file.format === "cifar10-archive";
  if (isArchive && (await succeeds(() => verifyUnpacked(file, folder)))) {
    return { name, path: folder, verified: "structure" };
  }
  const verify = async (at: string) => void (await verifyDownload(file, at));
  const present = await succeeds(() => verify(path));
  const url = present ? undefined : await downloadFile(file, path, verify, options);
  if (isArchive) {
    const members = await verifyDownload(file, path);
    for (const [member, content] of members) await installFile(join(folder, member), content);
    await rm(path);
  }
  const verified = file.md5 || file.contentMd5 ? "checksum" : "structure";
  return { name, path: isArchive ? folder : path, url, verified };
}

async function verifyUnpacked(file: RemoteFile, folder: string): Promise<void> {
  for (const name of Object.keys(file.images)) {
    await expectImages(file, name, await readFile(join(folder, name)));
  }
}

async function succeeds(action: () => Promise<void>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch {
    return false;
  }
}
