/** Files that a visitor dropped or chose, by their paths with forward slashes, such as `digits/3/17.png`. */
import { readZipEntry, zipEntries } from "../../../src/formats/zip.ts";
import type { FilesByPath } from "../../../src/web/datasetFromFiles.ts";

/** Everything in a drop, folders with all that is in them. */
export async function droppedFiles({ items }: DataTransfer): Promise<FilesByPath> {
  // The items are gone once the event is over, so that all entries are taken first.
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  return new Map((await Promise.all(entries.map(filesOf))).flat());
}

/** The files of an input; those of a folder know their paths. */
export const chosenFiles = (files: Iterable<File>): FilesByPath =>
  new Map([...files].map((file) => [file.webkitRelativePath || file.name, file]));

type PathAndFile = readonly [path: string, file: File];

async function filesOf(entry: FileSystemEntry): Promise<PathAndFile[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [[entry.fullPath.slice(1), file]];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: PathAndFile[] = [];
  // A reader lists a folder in parts, the last of which is empty.
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) return files;
    files.push(...(await Promise.all(part.map(filesOf))).flat());
  }
}

/**
 * The files, with the contents of zip archives in the place of these.
 * @throws Error that names an archive that is damaged.
 */
export async function unpacked(files: FilesByPath): Promise<FilesByPath> {
  const parts = await Promise.all(
    [...files].map(async ([path, file]): Promise<(readonly [string, Blob])[]> => {
      if (!/\.zip$/i.test(path)) return [[path, file]];
      try {
        return await entriesOf(await bytesOf(file));
      } catch (error) {
        throw new Error(`${path}: ${(error as Error).message}`);
      }
    }),
  );
  return new Map(parts.flat());
}

const entriesOf = (archive: Uint8Array): Promise<(readonly [path: string, file: Blob])[]> =>
  Promise.all(
    zipEntries(archive)
      .filter(({ name }) => !name.endsWith("/"))
      .map(
        async (entry) =>
          [entry.name, new Blob([(await readZipEntry(archive, entry)).slice()])] as const,
      ),
  );

export const bytesOf = async (file: Blob): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await file.arrayBuffer());
