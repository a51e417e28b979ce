/** Bundles the page that the browser tests open. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { bundlePage } from "../../scripts/browser/bundlePage.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Folder of the bundled page. */
    page: string;
  }
}

export default async function buildPage(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "onnx-distill-page-"));
  await bundlePage(fileURLToPath(new URL("page", import.meta.url)), folder);
  project.provide("page", folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
