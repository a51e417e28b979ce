import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { random } from "../../src/random/generator.ts";
import { idxFile } from "../data/idxFile.ts";
import { lacking, runPython } from "../python.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { run } from "./program.ts";

const root = temporaryFolder();
const at = (...names: string[]) => join(root, ...names);
const script = (name: string) =>
  fileURLToPath(new URL(`../../scripts/python/${name}`, import.meta.url));
const lacks = lacking("numpy", "torch");

beforeAll(async () => {
  symlinkSync(
    fileURLToPath(new URL("../../node_modules", import.meta.url)),
    at("node_modules"),
    "junction",
  );
  const small = ["evaluation.every=40", "evaluation.heldOut=100", "evaluation.networks=1"];
  const { stderr } = await run(
    root,
    ...["run", "quickstart", "--iterations=40", "--workers=1", "--threads=1"],
    ...["--no-transfer", "--quiet", "--out=run", ...small.map((field) => `--set=${field}`)],
  );
  expect(stderr).toBe("");
  await run(root, "export", "run", "--out=bundle");
}, 60_000);

test("a bundle of stroke digits carries its test images", () => {
  const { status, stdout } = spawnSync(process.execPath, [at("bundle/verify.mjs")], {
    encoding: "utf8",
  });
  expect([status, stdout]).toEqual([0, expect.stringContaining("on 4000 test images\nOK: ")]);
});

test.skipIf(lacks)("a LeNet of PyTorch trained on the distilled images is as good", () => {
  const { status, stdout, stderr } = runPython(script("train_on_bundle.py"), at("bundle"));
  expect([status, stderr]).toEqual([0, ""]);
  const [claimed, inPyTorch] = [...stdout.matchAll(/^\w+ (\d+\.\d\d) ± 0\.00 % \(n = 1\)$/gm)].map(
    ([, percent]) => Number(percent),
  );
  expect(claimed).toBeGreaterThan(20);
  expect(Math.abs(inPyTorch! - claimed!)).toBeLessThanOrEqual(0.1);
});

/** Images of noise under MNIST's file names. */
function writeNoise(folder: string): void {
  mkdirSync(folder);
  const stream = random(1, "noise");
  for (const [part, count] of [
    ["train", 300],
    ["t10k", 50],
  ] as const) {
    const pixels = Uint8Array.from({ length: count * 784 }, () => stream.integer(256));
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
    writeFileSync(join(folder, `${part}-images-idx3-ubyte`), idxFile([count, 28, 28], pixels));
    writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), idxFile([count], labels));
  }
}

test.skipIf(lacks)("networks that PyTorch trained are pre-trained networks here", async () => {
  writeNoise(at("mnist"));
  const schedule = ["--epochs=2", "--batch=64", "--rate=0.001", "--decay-every=1"];
  const trained = runPython(
    script("pretrain_lenet.py"),
    ...[`--data=${at("mnist")}`, `--out=${at("weights")}`, "--networks=2", ...schedule],
  );
  expect([trained.status, trained.stderr]).toEqual([0, ""]);
  const fields = { epochs: 2, batch: 64, rate: 0.001, decayEvery: 1 };
  const { code, stdout, stderr } = await run(
    root,
    ...["run", "mnist-attack", "--data=.", "--weights=weights", "--iterations=1", "--out=attack"],
    ...["--workers=1", "--no-transfer", "--json", "--set=initialization=fixed-pretrained"],
    ...[
      "--set=knownNetworks=2",
      "--set=steps=1",
      "--set=outer.batch=20",
      "--set=evaluation.heldOut=20",
    ],
    ...Object.entries(fields).map(([key, value]) => `--set=pretraining.${key}=${value}`),
  );
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining("2 networks pre-trained on mnist from weights"),
  ]);
  const accuracies = [...trained.stdout.matchAll(/: (\d+\.\d\d) % of the test images/g)].map(
    ([, percent]) => Number(percent) / 100,
  );
  const { before } = JSON.parse(stdout).attack;
  expect(before.trueAccuracy.n).toBe(2);
  expect(before.trueAccuracy.mean).toBeCloseTo((accuracies[0]! + accuracies[1]!) / 2, 6);
  expect(readFileSync(at("attack/initial.safetensors")).length).toBeGreaterThan(4 * 61_706);
});
