/**
 * Iterations of LeNet in a page (wasm, one and two threads) beside onnxruntime-node with as many, in turns on the same
 * machine: `npm run bench:browser`.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spreadOf } from "../../src/bench/statistics.ts";
import { inlineExecutor } from "../../src/runtime/executor.ts";
import { fastestTarget } from "../../src/runtime/fastestTarget.ts";
import { bundlePage } from "../browser/bundlePage.ts";
import { findChromium, launchChromium } from "../browser/chromium.ts";
import { runtimeFolder, serve } from "../browser/staticServer.ts";
import type { onWasm } from "./browserPage.ts";
import { BATCH, iterations } from "./iterations.ts";

const ROUNDS = 5;
const ITERATIONS = 10;

declare global {
  /** What the page holds. */
  var bench: { readonly onWasm: typeof onWasm; run?: (count: number) => Promise<number[]> };
}

interface Contender {
  readonly name: string;
  readonly run: (count: number) => Promise<number[]>;
  readonly times: number[];
}

const program = findChromium();
if (program === undefined)
  throw new Error("no Chromium: install it or point CHROMIUM_PATH at its program");
const folder = mkdtempSync(join(tmpdir(), "onnx-distill-bench-"));
const script = fileURLToPath(new URL("browserPage.js", import.meta.url));
writeFileSync(
  join(folder, "main.js"),
  `import { onWasm } from ${JSON.stringify(script)};\nglobalThis.bench = { onWasm };\n`,
);
writeFileSync(
  join(folder, "index.html"),
  '<!doctype html><title>Benchmark</title><script type="module" src="./main.js"></script>\n',
);
await bundlePage(folder, join(folder, "page"));
const server = await serve({ "": join(folder, "page"), ort: runtimeFolder }, true);
const browser = await launchChromium(program);
const target = await fastestTarget("cpu");

async function inPage(threads: number): Promise<Contender> {
  const page = await browser.newPage();
  await page.goto(server.address);
  await page.evaluate(async (count) => {
    globalThis.bench.run = await globalThis.bench.onWasm(count);
  }, threads);
  const run = (count: number) => page.evaluate((n) => globalThis.bench.run!(n), count);
  return { name: `wasm in Chromium, ${threads} threads`, run, times: [] };
}

const inNode = (threads: number): Contender => ({
  name: `onnxruntime-node, ${threads} threads`,
  run: iterations(inlineExecutor({ device: "cpu", threads, target })),
  times: [],
});

const contenders = [inNode(1), inNode(2), await inPage(1), await inPage(2)];
for (const { run } of contenders) await run(ITERATIONS);
for (let round = 0; round < ROUNDS; round++)
  for (const { run, times } of contenders) times.push(...(await run(ITERATIONS)));
await browser.close();
server.close();
rmSync(folder, { recursive: true });

const medians = contenders.map(({ times }) => spreadOf(times).median);
console.log(`LeNet, 10 images, 1 step, real batch ${BATCH}: medians of ${ROUNDS * ITERATIONS}`);
for (const [i, { name }] of contenders.entries()) {
  const milliseconds = medians[i]!;
  console.log(
    `${name.padEnd(30)} ${milliseconds.toFixed(1)} ms, ${(1000 / milliseconds).toFixed(1)} iterations/s, ratio ${(milliseconds / medians[0]!).toFixed(2)}`,
  );
}
process.exit(0);
