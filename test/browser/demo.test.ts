/** The page of `onnx-distill demo` as a visitor uses it, from a static host without headers, below a path. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeZip } from "../../src/formats/zipWrite.ts";
import { pageFiles, writePage } from "../../src/serve/pageFiles.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { buildDemo } from "./demoPage.ts";
import { chromiumPath, pages } from "./pages.ts";

const chromium = chromiumPath();
const open = pages(chromium);
const folder = temporaryFolder();
const site = join(folder, "site");

beforeAll(async () => {
  if (!chromium) return;
  const built = await buildDemo(join(folder, "built"));
  await writePage(await pageFiles(built), site);
});

/** Everything that must stay empty: what the console says besides the runtime's hints, and requests elsewhere. */
interface Watched {
  readonly page: Page;
  readonly complaints: string[];
}

async function visit(search = ""): Promise<Watched> {
  const page = await open({ folders: { demo: site }, path: `/demo/index.html${search}` });
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", ({ message }) => complaints.push(message));
  const { origin } = new URL(page.url());
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/demo/`) && !/^(blob|data):/.test(url)) complaints.push(url);
  });
  await page.reload();
  await page.getByText("WebAssembly, 1 thread").waitFor();
  return { page, complaints };
}

const button = (page: Page, name: string) => page.getByRole("button", { name });

async function setIterations(page: Page, iterations: number): Promise<void> {
  await page.getByText("Your own images or network").click();
  await page.getByLabel("Iterations").fill(String(iterations));
  await page.getByLabel("Iterations").blur();
}

const iterationsDone = async (page: Page): Promise<number> =>
  Number(await page.getByLabel("Iterations done").getAttribute("value"));

const status = (page: Page, text: RegExp) =>
  page.getByRole("status").filter({ hasText: text }).waitFor();

describe.skipIf(!chromium)("a visitor's way through the page", () => {
  let visitor: Watched;
  beforeAll(async () => {
    visitor = await visit("?device=wasm");
  });
  afterAll(() => visitor.page.close());

  test("a run starts, pauses where it is, and goes on", async () => {
    const { page } = visitor;
    await setIterations(page, 60);
    await button(page, "Distil images").click();
    await page.waitForFunction(() => document.querySelectorAll(".curve.step").length === 3);
    await button(page, "Pause").click();
    await button(page, "Resume").waitFor();
    const paused = await iterationsDone(page);
    expect(paused).toBeGreaterThan(0);
    await button(page, "Train a network").click();
    await page.locator(".train strong").waitFor();
    expect(await iterationsDone(page)).toBe(paused);
    await button(page, "Resume").click();
    await button(page, "Distil again").waitFor({ timeout: 280_000 });
    expect(await page.getByText("Finished 60 of 60 iterations").count()).toBe(1);
    const accuracy = Number.parseFloat(await page.locator(".big").innerText());
    expect(accuracy).toBeGreaterThan(20);
  }, 300_000);

  test("a network trained on the images reads what is drawn by pointer", async () => {
    const { page } = visitor;
    await button(page, "Train a network").click();
    await status(page, /^Trained: from [\d.]+ to [\d.]+ per cent of the test images/);
    const outcome = (await page.locator(".before-after").innerText()).replace(/\s+/g, " ");
    expect(outcome).toMatch(/^from [\d.]+ % to [\d.]+ % in [\d.]+ m?s$/);
    const pad = page.getByRole("application", { name: "Drawing pad" });
    await pad.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await pad.boundingBox())!;
    await page.mouse.move(x + width / 2, y + 0.15 * height);
    await page.mouse.down();
    await page.mouse.move(x + width / 2, y + 0.85 * height, { steps: 8 });
    await page.mouse.up();
    await status(page, /^It reads \d, \d+ per cent/);
    const shares = await page.locator(".probabilities .number").allInnerTexts();
    const sum = shares.reduce((total, share) => total + Number.parseInt(share, 10), 0);
    expect(Math.abs(sum - 100)).toBeLessThanOrEqual(5);
    await button(page, "Clear").click();
    await page.locator(".pad .ink").waitFor({ state: "detached" });
  });

  test("images and bundle are saved, and the bundle's claim holds when it is opened", async () => {
    const { page } = visitor;
    const saved = async (name: string): Promise<Buffer> => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        button(page, name).click(),
      ]);
      return readFileSync(await download.path());
    };
    expect([...(await saved("Save images")).subarray(1, 4)]).toEqual([...Buffer.from("PNG")]);
    const bundle = await saved("Save bundle");
    await page
      .locator("#open input[type=file]")
      .first()
      .setInputFiles({ name: "bundle.zip", mimeType: "application/zip", buffer: bundle });
    await button(page, "Check the claim").click();
    await status(page, /^The claim: it holds/);
    await button(page, "Use these images").click();
    await button(page, "Train a network").click();
    await status(page, /^Trained/);
    expect(await page.getByText("steps on the bundle's images").count()).toBe(1);
  });

  test("files that are no bundle and no data are told what was expected", async () => {
    const { page } = visitor;
    const text = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("x") };
    await page.locator("#open input[type=file]").first().setInputFiles(text);
    await page.getByRole("alert").filter({ hasText: "there is no bundle among" }).waitFor();
    await page.locator("#distil input[type=file]").first().setInputFiles(text);
    await page.getByRole("alert").filter({ hasText: "There are no images among" }).waitFor();
    const model = { name: "broken.onnx", mimeType: "", buffer: Buffer.from("no model") };
    await page.locator("#distil input[type=file]").first().setInputFiles(model);
    await page.getByRole("alert").filter({ hasText: "broken.onnx is not a model that" }).waitFor();
    expect(await page.getByText("LeNet, 61,706 weights").count()).toBe(1);
  });

  test("a drawing is read again by the next network, and until then there is none", async () => {
    const { page } = visitor;
    await button(page, "7").click();
    await status(page, /^It reads \d/);
    await button(page, "Use these images").click();
    await button(page, "1").click();
    await page.getByText("Train a network, and it reads this.").waitFor();
    await button(page, "Train a network").click();
    await status(page, /^It reads \d/);
    expect(await page.locator(".probabilities .most").count()).toBe(1);
  });

  test("nothing was complained about, and nothing left the page", () => {
    expect(visitor.complaints).toEqual([]);
  });
});

test.skipIf(!chromium)(
  "everything fits a phone, light and dark, and is reached by keyboard",
  async () => {
    const { page, complaints } = await visit("?device=wasm");
    await page.setViewportSize({ width: 360, height: 740 });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await background()).not.toBe(light);
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(await wide()).toBeLessThanOrEqual(0);

    const reached: string[] = [];
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement!;
        const { outlineStyle } = getComputedStyle(element.closest("label") ?? element);
        return { name: element.getAttribute("aria-label") ?? element.textContent, outlineStyle };
      });
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press("Tab");
      const { name, outlineStyle } = await focused();
      reached.push(name!.trim());
      expect([name, outlineStyle]).not.toEqual([name, "none"]);
      if (name === "Drawing pad") break;
    }
    expect(reached).toContain("Distil images");
    expect(reached.at(-1)).toBe("Drawing pad");
    for (const key of ["Space", "ArrowDown", "ArrowDown", "ArrowDown", "Space", "ArrowRight"])
      await page.keyboard.press(key);
    await page.locator(".pad .ink").waitFor({ state: "attached" });
    await page.keyboard.press("Escape");
    await page.locator(".pad .ink").waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
    await page.close();
  },
);

/** Pictures of two classes in a folder each, as a zip archive: one bright at the top, one at the bottom. */
async function picturesZip(): Promise<Buffer> {
  const files = new Map<string, Uint8Array>();
  for (const [index, name] of ["top", "bottom"].entries()) {
    for (let i = 0; i < 40; i++) {
      const pixels = Buffer.alloc(64, (i * 37) % 90);
      pixels.fill(160 + i, 32 * index, 32 * index + 32);
      const raw = { width: 8, height: 8, channels: 1 as const };
      files.set(`mine/${name}/${i}.png`, await sharp(pixels, { raw }).png().toBuffer());
    }
  }
  return Buffer.from(encodeZip(files));
}

test.skipIf(!chromium)("a visitor's own pictures in class folders are distilled", async () => {
  const { page, complaints } = await visit("?device=wasm");
  await setIterations(page, 400);
  await page
    .locator("#distil input[type=file]")
    .first()
    .setInputFiles({ name: "mine.zip", mimeType: "application/zip", buffer: await picturesZip() });
  await page.getByText("64 for training and 16 for the test, 2 classes, 32 x 32 colour").waitFor();
  await button(page, "Distil images").click();
  await page.waitForFunction(() => document.querySelectorAll(".curve.step").length === 3);
  expect(await page.locator("#distil .images .class-name").allInnerTexts()).toEqual([
    "bottom",
    "top",
  ]);
  expect(await page.getByRole("heading", { name: "Choose a picture" }).count()).toBe(1);
  await button(page, "Stop").click();
  await page.getByText("Stopped after").waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});
