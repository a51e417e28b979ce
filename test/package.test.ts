import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "./temporaryFolder.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = temporaryFolder();
const run = promisify(execFile);

/** What a user's shell has: not the settings that this project's .npmrc adds. */
const environment = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_onnxruntime/i.test(name)),
  ),
  ONNXRUNTIME_NODE_INSTALL: "skip",
};

const npm = (args: readonly string[], cwd: string) =>
  run("npm", args, { cwd, env: environment, shell: process.platform === "win32" });

interface Packed {
  readonly filename: string;
  /** Bytes of the archive. */
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

let packed: Packed;

beforeAll(async () => {
  const { stdout } = await npm(
    ["pack", "--ignore-scripts", "--json", "--pack-destination", folder],
    root,
  );
  [packed] = JSON.parse(stdout) as [Packed];
});

test("the package holds the built library, its program, its page and its documents, and nothing else", () => {
  const paths = packed.files.map(({ path }) => path);
  const expected =
    /^(dist\/(src|graphs)\/.+(\.js|\.d\.ts)|dist\/demo\/((index|watch)\.html|assets\/.+\.(js|css|svg|py|mjs))|dist\/src\/io\/bundle\/verify[-\w]*\.(py|mjs)|(README|CHANGELOG)\.md|LICENSE|package\.json)$/;
  expect(paths.filter((path) => !expected.test(path))).toEqual([]);
  expect(paths).toContain("dist/src/index.js");
  expect(paths).toContain("dist/src/index.web.d.ts");
  expect(paths).toContain("dist/src/cli/main.js");
  expect(paths).toContain("dist/src/io/bundle/verify.py");
  expect(paths).toContain("dist/demo/index.html");
  expect(packed.size).toBeLessThan(1.5e6);
});

const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTCACHED|network/;

/** A program of someone who installed the package: the gradient of a sum of squares, run by ONNX Runtime. */
const program = `
import { compile, gradient, inlineExecutor, ops } from "onnx-distill";
const x = ops.input("x", [3]);
const [dx] = gradient(ops.reduceSum(ops.mul(x, x)), [x]);
const graph = compile({ name: "squares", inputs: [x], outputs: [{ name: "dx", value: dx }] });
const executor = inlineExecutor({ device: "cpu", threads: 1 });
const [results] = await executor.run(graph, [new Map([["x", Float32Array.of(1, 2, 3)]])]);
process.stdout.write(results.get("dx").join());
`;

test("an empty project installs the package, imports it and runs its program", async ({ skip }) => {
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  try {
    const flags = ["--no-audit", "--no-fund", "--prefer-offline"];
    await npm(["install", ...flags, `./${packed.filename}`], folder);
  } catch (error) {
    const { stderr } = error as { stderr: string };
    if (!offline.test(stderr)) throw error;
    console.warn("Skipped: the package's dependencies cannot be installed without a network.");
    skip("no network");
  }
  writeFileSync(join(folder, "program.mjs"), program);
  const { stdout } = await run(process.execPath, ["program.mjs"], { cwd: folder });
  expect(stdout).toBe("2,4,6");
  const version = await npm(["exec", "--no", "onnx-distill", "--", "--version"], folder);
  expect(version.stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  const demo = await npm(["exec", "--no", "onnx-distill", "--", "demo", "--out", "site"], folder);
  expect(demo.stdout).toMatch(/^\d+ files, .* in site\n$/);
  expect(existsSync(join(folder, "site", "ort", "ort-wasm-simd-threaded.asyncify.wasm"))).toBe(
    true,
  );
}, 180_000);
