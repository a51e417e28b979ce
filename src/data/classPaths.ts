/** Which class a file belongs to, told from its path: one folder per class, with or without a split. */

export interface ClassPath {
  readonly path: string;
  /** Index of its class. */
  readonly label: number;
}

export interface ClassPaths {
  readonly classes: string[];
  readonly train: readonly ClassPath[];
  /** Absent where there is no split. */
  readonly test?: readonly ClassPath[];
}

const HIDDEN = /(^|\/)\./;

/**
 * Sorts paths such as CLASS/x.png, train/CLASS/x.png and test/CLASS/x.png (or val/CLASS/x.png), below any folder that all
 * share. Classes are numbered in order of their names; hidden files are passed over.
 *
 * @throws Error that says what the paths lack.
 */
export function classPaths(paths: readonly string[]): ClassPaths {
  const shown = paths.filter((path) => !HIDDEN.test(path)).sort();
  let parts = shown.map((path) => ({ path, folders: path.split("/").slice(0, -1) }));
  while (sharesFolder(parts.map(({ folders }) => folders)))
    parts = parts.map(({ path, folders }) => ({ path, folders: folders.slice(1) }));
  const top = new Set(parts.map(({ folders }) => folders[0]));
  const testName = top.has("train") ? ["test", "val"].find((name) => top.has(name)) : undefined;
  const below = (name: string) =>
    parts
      .filter(({ folders }) => folders[0] === name)
      .map(({ path, folders }) => ({ path, folders: folders.slice(1) }));
  const train = top.has("train") ? below("train") : parts;
  const classes = [...new Set(train.flatMap(({ folders }) => folders[0] ?? []))].sort();
  if (classes.length < 2) {
    throw new Error(
      `There are ${classes.length} class folders, expected two or more (CLASS/image.png, or train/CLASS/image.png and ` +
        "test/CLASS/image.png or val/CLASS/image.png).",
    );
  }
  const labelled = (entries: typeof parts): ClassPath[] =>
    entries.map(({ path, folders: [name] }) => {
      const label = classes.indexOf(name ?? "");
      if (label >= 0) return { path, label };
      throw new Error(
        name === undefined
          ? `${path} lies in no class folder.`
          : `${path}: training has no class ${JSON.stringify(name)}.`,
      );
    });
  return {
    classes,
    train: labelled(train),
    ...(testName ? { test: labelled(below(testName)) } : {}),
  };
}

/** Whether all lie in one folder that has folders itself. */
function sharesFolder(folders: readonly (readonly string[])[]): boolean {
  const [first] = folders[0] ?? [];
  return (
    first !== undefined &&
    first !== "train" &&
    folders.every(([name, next]) => name === first && next !== undefined)
  );
}
