/** Builds the program before its tests where a source is newer than the last build. */
import { execSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = ["src", "graphs", "scripts"];
const built = "dist/src/cli/main.js";

export default function buildIfStale(): void {
  const newest = Math.max(...sources.flatMap(filesBelow).map(modified));
  if (modified(built) < newest) execSync("npm run build", { cwd: root, stdio: "inherit" });
}

const filesBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) =>
    join(folder, path),
  );

const modified = (path: string): number =>
  statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
