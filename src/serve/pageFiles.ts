/** The built page, and the parts of ONNX Runtime that it loads. */
import { copyFile, mkdir, readdir, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFolderAtomic } from "../io/atomicFolder.ts";

/** Where the package keeps the page. */
const BUILT = fileURLToPath(new URL("../../demo", import.meta.url));
/** The folder beside the page in which it looks for the runtime. */
const RUNTIME_FOLDER = "ort";
/** Its builds: without and with WebGPU. A visitor loads the one of the device. */
const RUNTIME_BUILDS = ["ort-wasm-simd-threaded", "ort-wasm-simd-threaded.asyncify"];

/**
 * Every file of the page by its address below the page's own, with forward slashes: what was built, and the runtime
 * out of the installed onnxruntime-web.
 * @throws when the page is not built.
 */
export async function pageFiles(built = BUILT): Promise<Map<string, string>> {
  const entries = await readdir(built, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(built.length + 1).replaceAll("\\", "/"), path] as const)
    .sort();
  if (!files.some(([name]) => name === "index.html")) {
    throw new Error(
      `the page is not built: expected ${join(built, "index.html")}. Run: npm run build`,
    );
  }
  return new Map([...files, ...runtimeFiles()]);
}

function runtimeFiles(): [string, string][] {
  const { resolve } = createRequire(import.meta.url);
  const names = RUNTIME_BUILDS.flatMap((build) => [`${build}.mjs`, `${build}.wasm`]);
  return names.map((name) => [`${RUNTIME_FOLDER}/${name}`, resolve(`onnxruntime-web/${name}`)]);
}

/**
 * Writes the page as a folder that any static host serves as it is, from any path; its size in bytes.
 * @throws when the folder exists and is not empty.
 */
export async function writePage(
  files: ReadonlyMap<string, string>,
  folder: string,
): Promise<number> {
  let bytes = 0;
  await writeFolderAtomic(folder, async (temporary) => {
    for (const [name, path] of files) {
      const target = join(temporary, name);
      await mkdir(dirname(target), { recursive: true });
      await copyFile(path, target);
      bytes += (await stat(target)).size;
    }
  });
  return bytes;
}
