import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { installCuda, whyFailed } from "../../src/io/installCuda.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

test("an installer without a network says so, and what it said last", () => {
  const output = `Downloading\n${"frame\n".repeat(20)}  code: 'ENOTFOUND',\n  hostname: 'api.nuget.org'`;
  const why = whyFailed(output);
  expect(why).toContain("could not reach api.nuget.org");
  expect(why).toContain("GLOBAL_AGENT_HTTPS_PROXY");
  expect(why).toContain("hostname: 'api.nuget.org'");
  expect(why).not.toContain("Downloading");
});

test("a platform without CUDA libraries is told so", () => {
  expect(whyFailed("Error: Invalid installation: cuda12 for platform: darwin/arm64")).toContain(
    "x64 Linux only",
  );
});

test("any other failure is shown as it is", () => {
  expect(whyFailed("disk full\n")).toBe("It said last:\ndisk full");
});

const folder = temporaryFolder();
const library = join(folder, "library.so");
afterEach(() => vi.unstubAllEnvs());

/** An installer that reads its orders where ONNX Runtime's does. */
function installerThat(writes: string): string {
  const script = join(folder, `installer-${writes.length}.cjs`);
  writeFileSync(
    script,
    `const { ONNXRUNTIME_NODE_INSTALL, npm_config_onnxruntime_node_install } = process.env;
const flag = ONNXRUNTIME_NODE_INSTALL || npm_config_onnxruntime_node_install || process.argv[2];
if (flag === "--onnxruntime-node-install=cuda12") { ${writes} }`,
  );
  return script;
}

test("the installer is asked for CUDA where the environment says to skip it, as npx does here", async () => {
  vi.stubEnv("ONNXRUNTIME_NODE_INSTALL", "skip");
  vi.stubEnv("npm_config_onnxruntime_node_install", "skip");
  const writes = `console.log("downloading"); require("node:fs").writeFileSync(${JSON.stringify(library)}, "");`;
  const said: string[] = [];
  await installCuda((text) => said.push(text), { script: installerThat(writes), library });
  expect(existsSync(library)).toBe(true);
  expect(said.join("")).toBe("downloading\n");
});

test("an installer that ends well without the library is an error", async () => {
  const missing = join(folder, "missing.so");
  await expect(
    installCuda(() => {}, { script: installerThat(""), library: missing }),
  ).rejects.toThrow(`after ONNX Runtime's installer there is no ${missing}`);
});

test("an installer that fails is an error with what it said", async () => {
  const script = installerThat('console.error("disk full"); process.exit(3);');
  await expect(installCuda(() => {}, { script, library })).rejects.toThrow(
    /ended with 3\. It said last:\ndisk full/,
  );
});
