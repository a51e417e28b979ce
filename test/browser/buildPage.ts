/** Bundles the page that the browser tests open, as a user's bundler does. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** Folder of the bundled page. */
    page: string;
  }
}

export default async function buildPage(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "onnx-distill-page-"));
  await build({
    configFile: false,
    root: fileURLToPath(new URL("page", import.meta.url)),
    logLevel: "error",
    worker: { format: "es" },
    build: { outDir: folder, target: "es2022", minify: false },
  });
  project.provide("page", folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
