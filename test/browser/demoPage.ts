/** Builds the page of `onnx-distill demo` from its sources. */
import { fileURLToPath } from "node:url";
import { build } from "vite";

/** Builds into a folder, and returns it. */
export async function buildDemo(folder: string): Promise<string> {
  await build({
    configFile: fileURLToPath(new URL("../../scripts/demo/vite.config.ts", import.meta.url)),
    logLevel: "error",
    build: { outDir: folder },
  });
  return folder;
}
