/** Debian's Chromium, headless, with WebGPU on the processor. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser's program: that of CHROMIUM_PATH, or where Linux has it; undefined where there is none. */
export const findChromium = (): string | undefined =>
  process.env.CHROMIUM_PATH ?? candidates.find((path) => existsSync(path));

const flags = [
  // Root, as in containers, has no sandbox.
  "--no-sandbox",
  "--no-first-run",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
];

export const launchChromium = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, headless: true, args: flags });
