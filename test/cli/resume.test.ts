import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { RunDirectory } from "../../src/io/runDirectory.ts";
import { writeStripes } from "../stripesData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { type Ended, fromRandomWeights, run, start, stripesRun } from "./program.ts";

const root = temporaryFolder();
const bytes = (folder: string) => readFileSync(join(root, folder, "distilled.safetensors"));
/** Without what differs between any two runs. */
const events = (folder: string) =>
  readFileSync(join(root, folder, "events.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => ({ ...JSON.parse(line), seconds: 0 }));
const curveHas = (folder: string, points: number): boolean => {
  const path = join(root, folder, "events.jsonl");
  return existsSync(path) && readFileSync(path, "utf8").split("\n").length > points;
};

beforeAll(() => {
  writeStripes(root);
});

/** Points of the curve lie apart from where runs are stopped. */
const kinds = {
  fixed: () => [...stripesRun(700), "--set=evaluation.every=70", "--set=labels=soft"],
  random: () => [
    ...stripesRun(300),
    ...fromRandomWeights,
    "--set=evaluation.every=30",
    "--set=steps=2",
  ],
};

for (const [kind, args] of Object.entries(kinds)) {
  test(`${kind} weights: a run that is stopped or killed continues bit for bit`, async () => {
    const whole = `${kind}-whole`;
    expect((await run(root, ...args(), "--quiet", `--out=${whole}`)).code).toBe(0);

    const stopped = `${kind}-stopped`;
    const { child, ended } = start(root, [...args(), `--out=${stopped}`]);
    while (!curveHas(stopped, 2)) await sleep(5);
    child.kill("SIGINT");
    const { code, stdout, stderr } = await ended;
    expect([code, stdout]).toEqual([130, ""]);
    const command = `run stripes.json --resume --out ${stopped}`;
    expect(stderr).toContain(`stopped; continue with: onnx-distill ${command}`);
    expect(existsSync(join(root, stopped, "distilled.safetensors"))).toBe(false);
    const resumed = await run(root, ...command.split(" "), "--json", "--quiet");
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.stdout).iterations).toBe(events(whole).at(-1)!.iteration);

    const killed = `${kind}-killed`;
    const last = await killedAndContinued(killed, args());
    expect(last.stderr).toBe("");
    expect(last.code).toBe(0);

    for (const folder of [stopped, killed]) {
      expect(bytes(folder).equals(bytes(whole))).toBe(true);
      expect(events(folder)).toEqual(events(whole));
    }
  });
}

test("a second Ctrl-C ends a run within the iteration, as the system does", async () => {
  const long = ["--set=outer.batch=3000", "--workers=1", "--threads=1", "--out=interrupted"];
  const { child, ended } = start(root, ["run", "quickstart", ...long]);
  const begun = new Promise<void>((resolve) => {
    child.stderr!.on("data", (text: string) => {
      if (text.includes("iteration 1/")) resolve();
    });
  });
  await Promise.race([begun, ended]);
  // Two signals that arrive together are one, so that a second may take a third.
  const again = setInterval(() => child.kill("SIGINT"), 100);
  expect((await ended).code).toBe("SIGINT");
  clearInterval(again);
});

/** Kills a run three times, at moments of no plan, then lets it end. */
async function killedAndContinued(folder: string, args: readonly string[]): Promise<Ended> {
  const begin = [...args, "--quiet", `--out=${folder}`];
  const layout = ["--workers=1", "--threads=1"];
  const go = ["run", "stripes.json", "--resume", "--quiet", ...layout, `--out=${folder}`];
  const next = () => (existsSync(join(root, folder, "recipe.json")) ? go : begin);
  for (let kills = 0; kills < 3; kills++) {
    const { child, ended } = start(root, next());
    await sleep(500 + 600 * Math.random());
    child.kill("SIGKILL");
    await ended;
  }
  return run(root, ...next());
}

test("a run that was killed before its first checkpoint begins again", async () => {
  const args = [...stripesRun(10), "--quiet"];
  await run(root, ...args, "--out=usual");
  const recipe = JSON.parse(readFileSync(join(root, "usual", "recipe.json"), "utf8"));
  await RunDirectory.create(join(root, "begun"), recipe);
  const layout = ["--workers=1", "--threads=1"];
  const resume = ["run", "stripes.json", "--resume", "--quiet", "--out=begun"];
  const { code } = await run(root, ...resume, ...layout);
  expect(code).toBe(0);
  expect(existsSync(join(root, "begun", "initial.safetensors"))).toBe(true);
  expect(bytes("begun").equals(bytes("usual"))).toBe(true);

  const again = [...args, "--resume", "--out=usual"];
  expect((await run(root, ...again)).code).toBe(0);
  const refused = await run(root, ...again, "--set=outer.rate=1");
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("--resume continues a run as it was begun");
  const longer = await run(
    root,
    "run",
    "stripes.json",
    "--resume",
    "--out=usual",
    "--iterations=11",
  );
  expect(longer.stderr).toContain("--resume continues to the recipe's 10 iterations");
  const none = await run(root, "run", "stripes.json", "--resume", "--out=nowhere");
  expect([none.code, none.stderr]).toEqual([
    1,
    "error: nowhere holds no run: expected a recipe.json in it\n",
  ]);
});
