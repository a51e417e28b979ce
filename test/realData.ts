import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const dir = process.env.ONNX_DISTILL_DATA
  ? resolve(process.env.ONNX_DISTILL_DATA)
  : join(root, "..", "shared", "data");

/**
 * The data directory that holds the real data set `name` in a folder of that name, or undefined,
 * with the reason printed; for `test.skipIf(!dir)`.
 */
export function realDataDir(name: string): string | undefined {
  if (existsSync(join(dir, name))) return dir;
  console.warn(`Skipped: no real data ${join(dir, name)}; point ONNX_DISTILL_DATA at it.`);
  return undefined;
}
