import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { decodeSafetensors } from "../../src/io/safetensors.ts";
import { writeStripes } from "../stripesData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { type Ended, run, start } from "./program.ts";

const root = temporaryFolder();
const folder = join(root, "weights", "mlp-stripes");
const train = (...args: string[]) =>
  run(root, "train", "mlp", "stripes.npz", "--epochs=3", "--rate=0.01", "--batch=50", ...args);
const bytes = (file: string, from = folder) => readFileSync(join(from, file));

let first: Ended;

beforeAll(async () => {
  writeStripes(root);
  first = await train("--networks=3", "--workers=2", "--json");
});

test("train prints one JSON document, and each network's accuracy as it is done", () => {
  expect([first.code, first.stderr]).toEqual([
    0,
    expect.stringContaining("3 of 3 networks to train: 3 epochs of batch 50, rate 0.01"),
  ]);
  expect(first.stderr).toMatch(/^network 3 of 3: \d+\.\d\d % of the test images$/m);
  const result = JSON.parse(first.stdout);
  expect(result).toMatchObject({
    out: join("weights", "mlp-stripes"),
    network: "mlp",
    data: "stripes",
    accuracy: { mean: expect.any(Number), std: expect.any(Number), n: 3 },
    seconds: expect.any(Number),
  });
  expect(result.accuracy.mean).toBeGreaterThan(0.9);
  expect(result.networks).toHaveLength(3);
});

test("the folder lists its networks, and each file describes itself", () => {
  const files = ["network-0000", "network-0001", "network-0002"].map(
    (name) => `${name}.safetensors`,
  );
  expect(readdirSync(folder).sort()).toEqual([...files, "networks.json"]);
  const list = JSON.parse(bytes("networks.json").toString());
  expect(list).toMatchObject({
    format: "onnx-distill-networks",
    version: 1,
    network: "mlp",
    data: "stripes",
    input: [1, 8, 8],
    schedule: { epochs: 3, batch: 50, rate: 0.01, decayEvery: 1 },
    seed: 1,
    accuracy: JSON.parse(first.stdout).accuracy,
  });
  expect(list.networks.map(({ file }: { file: string }) => file)).toEqual(files);
  const { tensors, metadata } = decodeSafetensors(bytes(files[1]!));
  expect([...tensors.keys()].sort()).toEqual(["fc1.bias", "fc1.weight", "fc2.bias", "fc2.weight"]);
  expect(metadata).toMatchObject({
    format: "pt",
    network: "mlp",
    data: "stripes",
    epochs: "3",
    seed: "1",
    index: "1",
    testAccuracy: String(list.networks[1].testAccuracy),
  });
  expect(JSON.parse(metadata.mean!)).toEqual(list.normalization.mean);
});

test("the same command continues with what is missing, and networks do not depend on the workers", async () => {
  const before = bytes("network-0001.safetensors");
  rmSync(join(folder, "network-0001.safetensors"));
  const again = await train("--networks=3", "--workers=1");
  expect(again.stderr).toContain("1 of 3 networks to train");
  expect(bytes("network-0001.safetensors").equals(before)).toBe(true);
  const enough = await train("--networks=2");
  expect(enough.stderr).toContain("holds all 2 networks already");
});

test.each([
  [["--epochs=4"], "another epochs: 3 there, 4 now"],
  [["--input=1x9x9"], "another input: 1x8x8 there, 1x9x9 now"],
])("a folder of networks that were trained otherwise is refused: %j", async (args, difference) => {
  const { code, stdout, stderr } = await train("--networks=3", ...args);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain(`network-0000.safetensors: it was trained with ${difference}`);
  expect(stderr).toContain("Name another folder for other networks");
});

test("files of other programs are refused", async () => {
  const other = join(root, "other");
  await train("--networks=1", "--quiet", `--out=${other}`);
  writeFileSync(join(other, "network-0001.safetensors"), "no tensors");
  const damaged = await train("--networks=1", `--out=${other}`);
  expect(damaged.code).toBe(1);
  expect(damaged.stderr).toContain("network-0001.safetensors: Not a valid safetensors file");
});

test("Ctrl-C keeps the finished networks", async () => {
  const out = join(root, "stopped");
  const { child, ended } = start(root, [
    ...["train", "mlp", "stripes.npz", "--epochs=3", "--rate=0.01", "--batch=50"],
    ...["--networks=100000", "--workers=1", `--out=${out}`],
  ]);
  while (!existsSync(join(out, "networks.json"))) await sleep(5);
  child.kill("SIGINT");
  const { code, stdout, stderr } = await ended;
  expect([code, stdout]).toEqual([130, ""]);
  expect(stderr).toContain("stopped; finished networks are kept, the same command continues");
  expect(bytes("network-0000.safetensors", out).equals(bytes("network-0000.safetensors"))).toBe(
    true,
  );
});

test.each([
  ["vgg stripes.npz", 'network: "vgg" is not built in', 2],
  ["lenet stripes.npz", "lenet takes 28x28 or 32x32 images, got 1x8x8", 1],
  ["mlp stripes.npz --rate 0", "Expected a number above 0", 2],
])("train %s is an error", async (line, message, exit) => {
  const { code, stdout, stderr } = await run(root, "train", ...line.split(" "));
  expect([code, stdout]).toEqual([exit, ""]);
  expect(stderr).toContain(message);
});
