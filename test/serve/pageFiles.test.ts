import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pageFiles, writePage } from "../../src/serve/pageFiles.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

const root = temporaryFolder();
const built = join(root, "built");
mkdirSync(join(built, "assets"), { recursive: true });
writeFileSync(join(built, "index.html"), "page");
writeFileSync(join(built, "assets", "a.js"), "code");

test("the page's files are those built and the runtime's out of onnxruntime-web", async () => {
  const files = await pageFiles(built);
  expect([...files.keys()]).toEqual([
    "assets/a.js",
    "index.html",
    "ort/ort-wasm-simd-threaded.mjs",
    "ort/ort-wasm-simd-threaded.wasm",
    "ort/ort-wasm-simd-threaded.asyncify.mjs",
    "ort/ort-wasm-simd-threaded.asyncify.wasm",
  ]);
  for (const path of files.values()) expect(statSync(path).size).toBeGreaterThan(0);
});

test("a page that is not built is an error that says how to build it", async () => {
  await expect(pageFiles(join(root, "nowhere"))).rejects.toThrow(
    `the page is not built: expected ${join(root, "nowhere", "index.html")}. Run: npm run build`,
  );
});

test("the page is written for a static host as one whole folder, never over another", async () => {
  const out = join(root, "site");
  const files = new Map([...(await pageFiles(built))].filter(([name]) => !name.startsWith("ort/")));
  expect(await writePage(files, out)).toBe(8);
  expect(readFileSync(join(out, "assets", "a.js"), "utf8")).toBe("code");
  expect(readdirSync(root).sort()).toEqual(["built", "site"]);
  await expect(writePage(files, out)).rejects.toThrow("exists already and is never overwritten");
});
