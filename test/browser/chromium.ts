/** Debian's Chromium, headless, on pages of a small server. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, inject } from "vitest";
import { type StaticServer, serve } from "./staticServer.ts";

const candidates = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** The browser's program, or undefined with the reason printed. */
export function chromiumPath(): string | undefined {
  const found = candidates.find((path) => path !== undefined && existsSync(path));
  if (found === undefined)
    console.warn("Skipped: no Chromium; install it or point CHROMIUM_PATH at its program.");
  return found;
}

const flags = [
  "--no-sandbox",
  "--no-first-run",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // WebGPU on the processor.
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
];

/** ONNX Runtime's own scripts and .wasm files, below /ort. */
const runtimeFolder = fileURLToPath(
  new URL("../../node_modules/onnxruntime-web/dist", import.meta.url),
);

export interface PageOptions {
  /** Whether the page is cross-origin isolated, so that it may have threads. */
  readonly isolated?: boolean;
  /** More files of the server: folders by the first part of their address. */
  readonly folders?: Readonly<Record<string, string>>;
  /** Address below the server's; the bundled page by default. */
  readonly path?: string;
}

/** Opens pages in one browser, which closes after the file's tests. Errors in a page fail what is asked of it. */
export function pages(executablePath: string | undefined) {
  let browser: Promise<Browser> | undefined;
  const servers: StaticServer[] = [];
  afterAll(async () => {
    await (await browser)?.close();
    for (const server of servers) server.close();
  });
  return async ({ isolated = false, folders = {}, path = "" }: PageOptions = {}): Promise<Page> => {
    browser ??= chromium.launch({ executablePath, headless: true, args: flags });
    const server = await serve({ "": inject("page"), ort: runtimeFolder, ...folders }, isolated);
    servers.push(server);
    const page = await (await browser).newPage();
    page.setDefaultTimeout(600_000);
    page.on("pageerror", (error) => console.error("in the page:", error.message));
    await page.goto(`${server.address}/${path}`);
    return page;
  };
}
