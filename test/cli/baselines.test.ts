import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { baselineTable } from "../../src/cli/baselineTable.ts";
import type { BaselineEntry } from "../../src/distill/baselines/entries.ts";
import { writeStripes } from "../stripesData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { run, start, stripesRun } from "./program.ts";

const root = temporaryFolder();
const statistic = (n: number) => ({ mean: expect.any(Number), std: expect.any(Number), n });
const sources = ["random real", "optimized real", "k-means", "average"];

beforeAll(async () => {
  writeStripes(root);
  await run(root, ...stripesRun(40), "--quiet", "--out=fixed");
});

test("baselines of a run stand beside its distilled images", async () => {
  const args = ["baselines", "fixed", "--workers=1", "--json", "--out=baselines.json"];
  const { code, stdout, stderr } = await run(root, ...args, "--networks=4");
  expect(code).toBe(0);
  expect(stderr).toContain("there is one network, not 4; it is trained on every set of images");
  const entries = JSON.parse(stdout);
  const names = ["distilled images", ...sources];
  expect(entries.map(({ name }: { name: string }) => name)).toEqual([
    ...names,
    ...names.map((name) => `k-NN on ${name}`),
  ]);
  const { accuracy } = JSON.parse(readFileSync(join(root, "fixed", "summary.json"), "utf8"));
  expect(entries[0]).toEqual({ name: "distilled images", epochs: 1, accuracy, loss: statistic(1) });
  expect(entries[1]).toEqual({
    name: "random real",
    learningRate: expect.any(Number),
    epochs: expect.any(Number),
    accuracy: statistic(10),
    loss: statistic(10),
  });
  expect(entries[6]).toEqual({
    name: "k-NN on random real",
    k: 1,
    p: expect.any(Number),
    accuracy: statistic(10),
  });
  expect(JSON.parse(readFileSync(join(root, "baselines.json"), "utf8"))).toEqual(entries);
});

test("baselines of a recipe need no run", async () => {
  const { code, stdout } = await run(root, "baselines", "stripes.json", "--workers=1", "--quiet");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^source +setting +accuracy +loss$/m);
  expect(stdout).toMatch(/^average +rate 0\.\d+, \d epochs? +\d+\.\d % \(n = 1\) +\d/m);
  expect(stdout).toMatch(/^k-NN on k-means +k = 1, p = [12] +\d+\.\d % \(n = 1\)$/m);
  expect(stdout).not.toContain("distilled");
  const unknown = await run(root, "baselines", "mnist-fixd");
  expect([unknown.code, unknown.stderr]).toEqual([
    2,
    'error: unknown recipe "mnist-fixd": did you mean mnist-fixed?\n',
  ]);
});

test("Ctrl-C stops the search of a grid", async () => {
  const { child, ended } = start(root, [
    "baselines",
    "stripes.json",
    "--networks=100000",
    "--workers=1",
  ]);
  await new Promise((resolve) => child.stderr!.once("data", resolve));
  await sleep(100);
  child.kill("SIGINT");
  const { code, stdout } = await ended;
  expect([code, stdout]).toEqual([130, ""]);
});

test("what beats the distilled images is told in words, the best first", () => {
  const of = (mean: number) => ({ mean, std: 0, n: 1 });
  const entry = (name: string, mean: number): BaselineEntry => ({
    name,
    epochs: 3,
    accuracy: of(mean),
    loss: of(0.5),
  });
  const entries = [
    entry("distilled images", 0.8),
    entry("random real", 0.6),
    entry("average", 0.81),
  ];
  const neighbours: BaselineEntry = { name: "k-NN on k-means", k: 1, p: 2, accuracy: of(0.92) };
  expect(baselineTable([...entries, neighbours])).toContain(
    "\n\nBetter than networks trained on the distilled images (80.0 %): k-NN on k-means (92.0 %), average (81.0 %).",
  );
  expect(baselineTable(entries.slice(0, 2))).toContain(
    "\n\nNo baseline beats networks trained on the distilled images (80.0 %).",
  );
});
