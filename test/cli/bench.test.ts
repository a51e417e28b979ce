import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { findTorch } from "../../src/bench/torchPeer.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { run } from "./program.ts";

const root = temporaryFolder();
const toy = ["bench", "--case=a", "--batch=8", "--rounds=1", "--iterations=2", "--workers=2"];
const timing = { median: expect.any(Number), min: expect.any(Number), max: expect.any(Number) };
const megabyte = 2 ** 20;

// Other tests compute at the same time, and PyTorch's threads wait for each other.
vi.setConfig({ testTimeout: 180_000 });
afterEach(() => vi.unstubAllEnvs());

/**
 * Stands in for a Python with torch: answers at once with our own gradient, multiplied. What it is started for
 * stands in its second argument, the program to interpret.
 */
function fakePython(factor: number): string {
  const file = join(root, `python-${factor}`);
  const source = `#!${process.execPath}
const { readFileSync, writeFileSync } = require("node:fs");
if (process.argv[3].startsWith("import torch")) {
  console.log("0.0");
  process.exit();
}
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { kind, setup, iterations } = JSON.parse(line);
  let result = { milliseconds: Array(iterations).fill(1e6), rss: 1 };
  if (kind === "prepare") {
    const ours = new Float32Array(new Uint8Array(readFileSync(setup.folder + "/ours.f32")).buffer);
    writeFileSync(setup.folder + "/peer.f32", ours.map((g) => g * ${factor}));
    result = setup;
  }
  console.log(JSON.stringify({ result }));
});
`;
  writeFileSync(file, source);
  chmodSync(file, 0o755);
  return file;
}

test("bench measures our side alone where PyTorch is not installed", async () => {
  vi.stubEnv("ONNX_DISTILL_PYTHON", join(root, "no-python"));
  const { code, stdout, stderr } = await run(root, ...toy, "--json", "--out=result.json");
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/^PyTorch is not installed \(.*ENOENT/),
  ]);
  const result = JSON.parse(stdout);
  expect(result).toEqual({
    cases: [{ name: "a", ours: { ...timing, rss: expect.any(Number) }, peers: [], ratio: null }],
    machine: expect.objectContaining({ cores: expect.any(Number), device: "cpu" }),
  });
  expect(result.cases[0].ours.rss).toBeGreaterThan(megabyte);
  expect(JSON.parse(readFileSync(join(root, "result.json"), "utf8"))).toEqual(result);
});

test("PyTorch computes the same image gradient", async ({ skip }) => {
  const torch = await findTorch();
  if ("missing" in torch) {
    console.info(`skipped: ${torch.missing}; set ONNX_DISTILL_PYTHON to a Python with torch`);
    skip(torch.missing);
  }
  const { code, stdout, stderr } = await run(root, ...toy, "--json", "--quiet");
  expect([code, stderr]).toEqual([0, ""]);
  const [result] = JSON.parse(stdout).cases;
  expect(result.ratio).toBe(result.ours.median / result.peers[0].median);
  for (const peer of result.peers) {
    expect(peer).toMatchObject({ name: expect.stringMatching(/^PyTorch \d/), ...timing });
    expect(peer.imageGradientError).toBeLessThan(1e-5);
  }
});

const posix = test.skipIf(process.platform === "win32");

posix("a peer with the same gradient gets a ratio in the table", async () => {
  vi.stubEnv("ONNX_DISTILL_PYTHON", fakePython(1));
  const { code, stdout } = await run(root, ...toy, "--quiet");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^case +program +median ms/);
  expect(stdout).toMatch(/PyTorch 0\.0.* 1,000,000 +1,000,000 +1,000,000 +1 B +0 +0\.00$/m);
});

posix("a peer with another gradient withholds the ratio and fails the command", async () => {
  vi.stubEnv("ONNX_DISTILL_PYTHON", fakePython(0.5));
  const { code, stdout, stderr } = await run(root, ...toy, "--json", "--quiet");
  expect(code).toBe(1);
  const [result] = JSON.parse(stdout).cases;
  expect(result.ratio).toBeNull();
  expect(result.peers[0].imageGradientError).toBeCloseTo(1);
  expect(stderr).toMatch(/^error: case a: our result and that of PyTorch 0\.0.* differ by 1/);
});

test.each([
  ["--case=z", "There are: a, b, c, d, evaluate, train."],
  ["--iterations=1", "Expected a whole number of at least 2."],
  ["--device=tpu", 'unknown device "tpu"'],
])("bench %s is an error of use", async (option, message) => {
  const { code, stdout, stderr } = await run(root, "bench", option);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
});
