import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { writeStripes } from "../stripesData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { type Ended, fromRandomWeights, run, stripesRun } from "./program.ts";

const root = temporaryFolder();
const read = (...names: string[]) => readFileSync(join(root, ...names), "utf8");
const statistic = (n: number) => ({ mean: expect.any(Number), std: expect.any(Number), n });
const scores = (n: number) => ({
  trueAccuracy: statistic(n),
  changedAccuracy: statistic(n),
  fromAccuracy: statistic(n),
  fromAsTo: statistic(n),
  classAccuracies: { 0: statistic(n), 1: statistic(n), 2: statistic(n) },
});
const attack = [...fromRandomWeights, '--set=objective={"kind":"attack","from":"2","to":0}'];

let first: Ended;

beforeAll(async () => {
  writeStripes(root);
  first = await run(root, ...stripesRun(150), ...attack, "--json", "--quiet", "--out=run");
});

test("an attack turns one class into another and leaves the rest", () => {
  expect([first.code, first.stderr]).toEqual([0, ""]);
  const result = JSON.parse(first.stdout);
  expect(result.attack).toEqual({ from: "2", to: "0", before: scores(3), after: scores(3) });
  const { after } = result.attack;
  expect(after.changedAccuracy.mean).toBeGreaterThan(0.9);
  expect(after.fromAsTo.mean).toBeGreaterThan(0.9);
  expect(after.fromAccuracy.mean).toBeLessThan(0.1);
  expect(after.trueAccuracy.mean).toBeLessThan(0.7);
  expect(after.classAccuracies[1].mean).toBeGreaterThan(0.9);
  expect(result.accuracy).toEqual(after.changedAccuracy);
  expect(result.before).toEqual(result.attack.before.changedAccuracy);
  expect(result.baseline.name).toBe("random real images with the changed labels");
});

test("the curve is against the changed labels, which true ones would keep below 70 %", () => {
  const events = read("run", "events.jsonl").trimEnd().split("\n");
  expect(JSON.parse(events.at(-1)!).accuracy.mean).toBeGreaterThan(0.9);
});

test("evaluate repeats the attack, as JSON and as text", async () => {
  const evaluate = (...args: string[]) => run(root, "evaluate", "run", "--workers=1", ...args);
  const json = await evaluate("--no-transfer", "--json");
  expect(JSON.parse(json.stdout).attack).toEqual(JSON.parse(first.stdout).attack);
  const { stdout } = await evaluate("--per-step", "--transfer-networks=1", "--quiet");
  expect(stdout).toMatch(/^after step +accuracy, changed labels +loss$/m);
  expect(stdout).toMatch(/^outside the recipe, changed labels +distilled images +random real/m);
  expect(stdout).toMatch(/trained on the distilled images, changed labels +\d+\.\d ± /);
  expect(stdout).toMatch(/attack: 2 as 0 +before +after\n/);
  for (const what of [
    "accuracy, true labels",
    "accuracy, 2 labelled 0",
    "2 predicted as 0",
    "2 predicted as 2",
    "1 predicted as 1",
  ]) {
    expect(stdout).toMatch(new RegExp(`^${what} +\\d+\\.\\d ± .*%.*%`, "m"));
  }
});

test("summary, report and images say what was attacked", () => {
  expect(JSON.parse(read("run", "summary.json")).attack).toEqual(JSON.parse(first.stdout).attack);
  const report = read("run", "report.html");
  expect(report).toContain("Test accuracy, changed labels");
  expect(report).toMatch(/2 predicted as 0<\/th><td>[\d.]+ ± .* before, [\d.]+ ± .* after/);
  expect(read("run", "distilled.safetensors")).toContain(
    JSON.stringify('{"kind":"attack","from":"2","to":0}').slice(1, -1),
  );
});

test("several seeds count once each", async () => {
  const { stdout } = await run(
    root,
    ...stripesRun(2),
    ...attack,
    "--seeds=1,2",
    "--json",
    "--quiet",
    "--out=seeds",
  );
  const result = JSON.parse(stdout);
  expect(result.attack).toEqual({ from: "2", to: "0", before: scores(2), after: scores(2) });
  const means = result.runs.map((one: typeof result) => one.attack.after.fromAsTo.mean);
  expect(result.attack.after.fromAsTo.mean).toBeCloseTo((means[0] + means[1]) / 2, 12);
});

test("an unknown class is told before anything is written", async () => {
  const { code, stderr } = await run(
    root,
    ...stripesRun(2),
    '--set=objective={"kind":"attack","from":"plane","to":0}',
    "--out=never",
  );
  expect(code).toBe(2);
  expect(stderr).toContain('stripes has no class "plane"; choose one of 0, 1, 2');
});
