/** Bundles a page as a user's bundler does. */
import { build } from "vite";

/** `root` has an index.html; what is made of it is written to `folder`. */
export async function bundlePage(root: string, folder: string): Promise<void> {
  await build({
    configFile: false,
    root,
    logLevel: "error",
    worker: { format: "es" },
    build: { outDir: folder, emptyOutDir: true, target: "es2022" },
  });
}
