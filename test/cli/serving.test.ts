import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { RunDirectory } from "../../src/io/runDirectory.ts";
import { stripesProblem } from "../distill/stripesProblem.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { run, type Started, start } from "./program.ts";

const root = temporaryFolder();

beforeAll(async () => {
  await RunDirectory.create(join(root, "mine"), stripesProblem({}).recipe);
});

/** The address that a command tells once it serves. */
const address = ({ child }: Started): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = "";
    child.on("close", () => reject(new Error(`ended after: ${text}`)));
    child.stdout!.on("data", (part: string) => {
      text += part;
      const [url] = /http:\S+(?=\s)/.exec(text) ?? [];
      if (url) resolve(url);
    });
  });

test("demo serves the page and the runtime until Ctrl-C", async () => {
  const started = start(root, ["demo", "--port=0", "--seed=3", "--device=wasm"]);
  const url = await address(started);
  expect(new URL(url).search).toBe("?seed=3&device=wasm");
  const page = await fetch(url);
  expect(page.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
  const html = await page.text();
  const script = /src="(\.\/assets\/[^"]+\.js)"/.exec(html)?.[1];
  expect((await fetch(new URL(script!, url))).status).toBe(200);
  const wasm = await fetch(new URL("ort/ort-wasm-simd-threaded.asyncify.wasm", url), {
    method: "HEAD",
  });
  expect(wasm.headers.get("content-type")).toBe("application/wasm");

  const taken = await run(root, "demo", `--port=${new URL(url).port}`);
  expect(taken).toEqual({
    code: 1,
    stdout: "",
    stderr: `error: port ${new URL(url).port} is in use: choose another with --port, or any free one with --port 0\n`,
  });
  started.child.kill("SIGINT");
  expect(await started.ended).toMatchObject({ code: 130, stderr: "" });
});

test("demo --out writes the page with relative addresses and a policy against requests elsewhere", async () => {
  const { code, stdout } = await run(root, "demo", "--out=site", "--json");
  expect(code).toBe(0);
  const { files, bytes } = JSON.parse(stdout);
  expect(files).toBeGreaterThan(5);
  expect(bytes).toBeGreaterThan(1e7);
  const html = readFileSync(join(root, "site", "index.html"), "utf8");
  const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!);
  expect(addresses.filter((address) => !address.startsWith("./"))).toEqual([]);
  expect(html).toContain("default-src 'none'");
  expect(existsSync(join(root, "site", "ort", "ort-wasm-simd-threaded.asyncify.mjs"))).toBe(true);
  const again = await run(root, "demo", "--out=site");
  expect([again.code, again.stderr]).toEqual([
    1,
    "error: site exists already and is never overwritten: remove it, or choose another folder with --out\n",
  ]);
});

test("watch serves the run's news until Ctrl-C", async () => {
  const started = start(root, ["watch", "mine", "--port=0"]);
  const url = await address(started);
  expect(await (await fetch(url)).text()).toContain("watch");
  const news = await fetch(new URL("news", url));
  const reader = news.body!.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toMatch(/^data: \{"type":"outline","run":"mine"/);
  started.child.kill("SIGINT");
  expect((await started.ended).code).toBe(130);
});

test.each([
  [["watch", "nowhere"], 1, "error: nowhere holds no run: expected a recipe.json in it\n"],
  [["demo", "--port=70000"], 2, "Expected a whole number from 0 to 65535."],
  [["demo", "--device=cuda"], 2, 'unknown device "cuda" of browsers: choose one of auto, wasm'],
])("%s is refused", async (args, code, message) => {
  const ended = await run(root, ...args);
  expect([ended.code, ended.stdout]).toEqual([code, ""]);
  expect(ended.stderr).toContain(message);
});
