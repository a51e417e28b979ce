import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import type { Split } from "../../src/data/dataset.ts";
import { decodeSafetensors } from "../../src/io/safetensors.ts";
import { stripes, stripesRecipe, writeStripes } from "../stripesData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { type Ended, run, start } from "./program.ts";

const root = temporaryFolder();
const at = (...names: string[]) => join(root, ...names);
const weights = (folder: string, file: string) =>
  decodeSafetensors(readFileSync(at(folder, file))).tensors.get("fc1.weight")!.bytes;
const recipe = {
  ...stripesRecipe,
  name: "adapt",
  initialization: "random-pretrained",
  pretraining: {
    data: "source/stripes.npz",
    epochs: 2,
    batch: 60,
    rate: 0.01,
    decayEvery: 1,
    networks: 4,
    seed: 1,
  },
  outer: { ...stripesRecipe.outer, iterations: 5, networks: 2 },
};
const distil = (...args: string[]) =>
  run(root, "run", "adapt.json", "--workers=2", "--no-transfer", ...args);
const evaluate = (...args: string[]) => run(root, "evaluate", ...args, "--no-transfer", "--json");

let adapted: Ended;

beforeAll(async () => {
  writeStripes(root);
  mkdirSync(at("source"));
  writeStripes(at("source"), stripes(180));
  writeFileSync(at("adapt.json"), JSON.stringify(recipe));
  adapted = await distil("--json", "--out=adapted");
});

test("a run trains the networks that it starts from and says so", () => {
  expect(adapted.code).toBe(0);
  expect(adapted.stderr).toMatch(
    /^9 networks pre-trained on stripes are needed, 9 of them are trained first, into weights.mlp-stripes$/m,
  );
  expect(adapted.stderr).toMatch(/their accuracy on test images .*: \d+\.\d ± \d+\.\d % \(n = 9\)/);
  expect(readdirSync(at("weights", "mlp-stripes"))).toHaveLength(10);
});

test("the accuracies before and after are of networks held out of the training", () => {
  const { before, accuracy, baseline } = JSON.parse(adapted.stdout);
  expect([before.n, accuracy.n, baseline.n]).toEqual([3, 3, 5]);
  expect(before.mean).toBeGreaterThan(0.5);
  const { networks } = JSON.parse(readFileSync(at("weights/mlp-stripes/networks.json"), "utf8"));
  // The test images are those of the source, so that the networks' own accuracies are theirs here.
  const heldOut = networks.slice(6).map((one: { testAccuracy: number }) => one.testAccuracy);
  const mean = heldOut.reduce((sum: number, one: number) => sum + one, 0) / 3;
  expect(before.mean).toBeCloseTo(mean, 1);
});

test("another run and the evaluation find the networks again", async () => {
  const again = await distil("--seed=2", "--sample-networks=4", "--out=again");
  expect(again.stderr).toContain("9 networks pre-trained on stripes from weights");
  const { outer } = JSON.parse(readFileSync(at("again", "recipe.json"), "utf8"));
  expect(outer.networks).toBe(4);
  const evaluated = await evaluate("adapted", "--seed=3");
  expect(evaluated.stderr).toContain("the run's networks are pre-trained: --seed changes nothing");
  const { before, accuracy } = JSON.parse(adapted.stdout);
  expect(JSON.parse(evaluated.stdout)).toMatchObject({ before, accuracy });
});

test("an evaluation of more networks trains more", async () => {
  const evaluated = await evaluate("adapted", "--networks=5");
  expect(evaluated.stderr).toContain("11 networks pre-trained on stripes are needed, 2 of them");
  expect(JSON.parse(evaluated.stdout).accuracy.n).toBe(5);
});

test("baselines and what the images are good for elsewhere take the same networks", async () => {
  const args = ["--networks=2", "--weights=weights/mlp-stripes", "--workers=1", "--json"];
  const { code, stdout, stderr } = await run(root, "baselines", "adapted", ...args);
  expect(code).toBe(0);
  expect(stderr).toContain("8 networks pre-trained on stripes from weights");
  const entries: { accuracy: { n: number } }[] = JSON.parse(stdout);
  expect(entries.slice(0, 5).map(({ accuracy }) => accuracy.n)).toEqual([2, 2, 2, 2, 2]);

  const elsewhere = ["--transfer-networks=2", "--workers=1", "--json"];
  const evaluated = await run(root, "evaluate", "adapted", ...elsewhere);
  const { accuracy, transfer } = JSON.parse(evaluated.stdout);
  expect([accuracy.n, transfer[0].accuracy.n]).toEqual([3, 2]);
  expect(transfer[3].name).toBe("another initialisation: random weights");
});

test("networks that were trained otherwise are refused before the run begins", async () => {
  const other = await distil("--set=pretraining.epochs=3", "--out=other");
  expect(other.code).toBe(1);
  expect(other.stderr).toContain("it was trained with another epochs: 2 there, 3 now");
  expect(existsSync(at("other"))).toBe(false);
  const elsewhere = await distil(
    "--set=pretraining.epochs=3",
    "--set=evaluation.testNetworks=1",
    "--weights=three-epochs",
    "--quiet",
    "--out=other",
  );
  expect([elsewhere.code, existsSync(at("three-epochs", "networks.json"))]).toEqual([0, true]);
});

test("a fixed pre-trained run starts from the first network and keeps it", async () => {
  const one = ["--set=initialization=fixed-pretrained", "--set=outer.networks=1"];
  const { code, stdout } = await distil(...one, "--json", "--out=fixed");
  expect(code).toBe(0);
  expect(JSON.parse(stdout).accuracy.n).toBe(1);
  expect(weights("fixed", "initial.safetensors")).toEqual(
    weights("weights/mlp-stripes", "network-0000.safetensors"),
  );
});

test("several known networks are all kept and evaluated", async () => {
  const several = ["--set=initialization=fixed", "--set=knownNetworks=3"];
  const { stdout } = await distil(...several, "--json", "--out=known");
  const { before, accuracy, baseline } = JSON.parse(stdout);
  expect([before.n, accuracy.n, baseline.n]).toEqual([3, 3, 5]);
  const files = readdirSync(at("known")).filter((name) => name.startsWith("initial"));
  expect(files.sort()).toEqual([
    "initial-1.safetensors",
    "initial-2.safetensors",
    "initial.safetensors",
  ]);
  expect(new Set(files.map((file) => weights("known", file).toString())).size).toBe(3);
});

test("the data are converted to the shape that the recipe asks for", async () => {
  const larger = ["--set=input=[3,10,10]", "--weights=larger", "--out=larger-run"];
  const { code, stderr } = await distil(...larger);
  expect([code, stderr]).toEqual([0, expect.stringContaining("trained first, into larger")]);
  const file = readFileSync(at("larger-run", "distilled.safetensors"));
  expect(decodeSafetensors(file).tensors.get("images")!.shape).toEqual([1, 3, 3, 10, 10]);
  const evaluated = await evaluate("larger-run", "--weights=larger");
  expect(evaluated.code).toBe(0);
});

test("data of other classes are refused", async () => {
  mkdirSync(at("two"));
  const { train, test } = stripes();
  const parity = (split: Split): Split => ({ ...split, labels: split.labels.map((k) => k % 2) });
  writeStripes(at("two"), { ...stripes(), train: parity(train), test: parity(test) });
  const { code, stderr } = await distil("--set=pretraining.data=two/stripes.npz", "--out=never");
  expect(code).toBe(2);
  expect(stderr).toContain("pretraining.data: stripes has 2 classes, but stripes has 3");
});

test("Ctrl-C while networks are trained keeps those that are done", async () => {
  const args = ["run", "adapt.json", "--workers=1", "--set=evaluation.testNetworks=100000"];
  const { child, ended } = start(root, [...args, "--weights=many", "--out=stopped"]);
  while (!existsSync(at("many", "networks.json"))) await sleep(5);
  child.kill("SIGINT");
  const { code, stdout, stderr } = await ended;
  expect([code, stdout]).toEqual([130, ""]);
  expect(stderr).toContain("stopped; finished networks are kept, the same command continues");
  expect(existsSync(at("stopped"))).toBe(false);
});
