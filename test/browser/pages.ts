/** Pages of the bundled tests in Chromium. */
import type { Browser, Page } from "playwright-core";
import { afterAll, inject } from "vitest";
import { findChromium, launchChromium } from "../../scripts/browser/chromium.ts";
import { runtimeFolder, type StaticServer, serve } from "../../scripts/browser/staticServer.ts";

/** SwiftShader compiles the shaders of a graph in up to a minute, and longer on a busy machine. */
const MOST_MILLISECONDS = 600_000;

/** The browser's program, or undefined with the reason printed. */
export function chromiumPath(): string | undefined {
  const found = findChromium();
  if (found === undefined)
    console.warn("Skipped: no Chromium; install it or point CHROMIUM_PATH at its program.");
  return found;
}

export interface PageOptions {
  /** Whether the page is cross-origin isolated, so that it may have threads. */
  readonly isolated?: boolean;
  /** More folders of the server, by the first part of their address. */
  readonly folders?: Readonly<Record<string, string>>;
  /** Address of another page than the bundled one. */
  readonly path?: string;
}

/** Opens pages in one browser, which closes after the file's tests. */
export function pages(program: string | undefined) {
  let browser: Promise<Browser> | undefined;
  const servers: StaticServer[] = [];
  afterAll(async () => {
    await (await browser)?.close();
    for (const server of servers) server.close();
  });
  return async ({
    isolated = false,
    folders = {},
    path = "/",
  }: PageOptions = {}): Promise<Page> => {
    browser ??= launchChromium(program!);
    const served = { "": inject("page"), ort: runtimeFolder, ...folders };
    const server = await serve(served, isolated);
    servers.push(server);
    const page = await (await browser).newPage();
    page.setDefaultTimeout(MOST_MILLISECONDS);
    page.on("pageerror", (error) => console.error("in the page:", error.message));
    await page.goto(`${server.address}${path}`);
    return page;
  };
}
