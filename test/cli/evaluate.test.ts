import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { stripes, writeStripes } from "../stripesData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { fromRandomWeights, run, start, stripesRun } from "./program.ts";

const root = temporaryFolder();
const statistic = (n: number) => ({ mean: expect.any(Number), std: expect.any(Number), n });
const summary = (folder: string) =>
  JSON.parse(readFileSync(join(root, folder, "summary.json"), "utf8"));
const evaluate = (...args: string[]) =>
  run(root, "evaluate", ...args, "--workers=1", "--no-transfer");

beforeAll(async () => {
  writeStripes(root);
  await run(root, ...stripesRun(40), "--quiet", "--out=fixed");
  await run(root, ...stripesRun(20), ...fromRandomWeights, "--quiet", "--out=random");
});

test("evaluate repeats the accuracies of the run", async () => {
  const { code, stdout } = await evaluate("random", "--json", "--out=again.json");
  expect(code).toBe(0);
  const { before, accuracy, baseline } = summary("random");
  const { learningRate, ...short } = baseline;
  const result = JSON.parse(stdout);
  expect(result).toEqual({
    run: "random",
    seconds: expect.any(Number),
    before,
    accuracy,
    baseline: short,
  });
  expect(JSON.parse(readFileSync(join(root, "again.json"), "utf8"))).toEqual(result);
});

test("--networks and --seed choose how many and which networks", async () => {
  const two = JSON.parse((await evaluate("random", "--networks=5", "--json")).stdout);
  expect(two).toMatchObject({ accuracy: statistic(5), baseline: statistic(5) });
  const other = await evaluate("random", "--networks=5", "--seed=9", "--json");
  expect(JSON.parse(other.stdout).before).not.toEqual(two.before);
});

test("what the images are good for elsewhere is reported beside random real images", async () => {
  const args = ["evaluate", "random", "--workers=1", "--transfer-networks=2"];
  const { stdout } = await run(root, ...args, "--json");
  const { transfer } = JSON.parse(stdout);
  expect(transfer.map(({ name }: { name: string }) => name)).toEqual([
    "as distilled",
    "minibatch SGD",
    "Adam",
    "another initialisation: pytorch",
    "another network: mlp, 64-64",
  ]);
  for (const row of transfer) {
    for (const result of [row, row.randomReal])
      expect(result).toMatchObject({ accuracy: statistic(2), loss: statistic(2) });
  }
  expect(transfer[2]).toMatchObject({
    learningRate: expect.any(Number),
    epochs: expect.any(Number),
  });
  const text = (await run(root, ...args, "--quiet")).stdout;
  expect(text).toMatch(/^outside the recipe +distilled images +random real images$/m);
  expect(text).toMatch(/^Adam +\d+\.\d ± \d+\.\d % \(n = 2\), rate 0\.\d+, \d+ epochs? +\d/m);
});

test("--per-step measures the same networks after every step", async () => {
  const { stdout } = await evaluate("random", "--per-step", "--json");
  const { before, accuracy, perStep } = JSON.parse(stdout);
  expect(perStep).toEqual([
    { step: 0, accuracy: before, loss: statistic(3) },
    { step: 1, accuracy, loss: statistic(3) },
  ]);
  expect((await evaluate("random", "--per-step")).stdout).toMatch(
    /^ +1 {2}\d+\.\d ± \d+\.\d % \(n = 3\) +0?\.?\d+/m,
  );
});

test("a fixed initialisation has one network, and evaluate says so", async () => {
  const { code, stdout, stderr } = await evaluate("fixed", "--networks=5", "--seed=9");
  expect(code).toBe(0);
  expect(stderr).toContain("it has one network, not 5");
  expect(stderr).toContain("--seed changes nothing");
  expect(stdout).toMatch(/trained on the distilled images +\d+\.\d % \(n = 1\)/);
  expect(stdout).toMatch(/random real images at the same budget .* \(n = 10\)/);
});

test("a folder without a finished run, and other data, are errors", async () => {
  const missing = await evaluate("nowhere");
  expect([missing.code, missing.stderr]).toEqual([
    1,
    "error: nowhere holds no run: expected a recipe.json in it\n",
  ]);
  cpSync(join(root, "fixed"), join(root, "begun"), { recursive: true });
  rmSync(join(root, "begun", "distilled.safetensors"));
  const begun = await evaluate("begun");
  expect(begun.code).toBe(1);
  expect(begun.stderr).toMatch(/begun is not finished: .* --resume --out begun/);

  const elsewhere = join(root, "elsewhere");
  mkdirSync(elsewhere);
  writeStripes(elsewhere, stripes(150));
  const other = await run(elsewhere, "evaluate", "../fixed");
  expect(other.code).toBe(1);
  expect(other.stderr).toMatch(
    /distilled from other data than .*stripes\.npz: mean \[0\.\d+\] there/,
  );
});

test("Ctrl-C stops an evaluation", async () => {
  const { child, ended } = start(root, ["evaluate", "random", "--networks=100000"]);
  const measuring = new Promise((resolve) => child.stderr!.once("data", resolve));
  await measuring;
  await sleep(200);
  child.kill("SIGINT");
  const { code, stdout } = await ended;
  expect([code, stdout]).toEqual([130, ""]);
});
