/** Files that a visitor dropped or chose, with their places in folders. */

export interface GivenFile {
  /** Below what was dropped, with forward slashes, such as `digits/3/17.png`. */
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Everything in a drop, folders with all that is in them. */
export async function droppedFiles({ items }: DataTransfer): Promise<GivenFile[]> {
  // The items are gone once the event is over, so that all entries are taken first.
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  return (await Promise.all(entries.map(filesOf))).flat();
}

/** The files of an input; those of a folder know their paths. */
export const chosenFiles = (files: Iterable<File>): Promise<GivenFile[]> =>
  Promise.all([...files].map((file) => given(file, file.webkitRelativePath || file.name)));

async function filesOf(entry: FileSystemEntry): Promise<GivenFile[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [await given(file, entry.fullPath.slice(1))];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: GivenFile[] = [];
  // A reader lists a folder in parts, the last of which is empty.
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) return files;
    files.push(...(await Promise.all(part.map(filesOf))).flat());
  }
}

const given = async (file: File, path: string): Promise<GivenFile> => ({
  path,
  bytes: new Uint8Array(await file.arrayBuffer()),
});
