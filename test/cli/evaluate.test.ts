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
const evaluate = (...args: string[]) => run(root, "evaluate", ...args, "--workers=1");

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
