import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { recipeFrom } from "../../src/cli/recipeArgument.ts";
import { parseBytes } from "../../src/cli/resources.ts";
import { stripesRecipe, writeStripes } from "../stripesData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { run, start, stripesRun } from "./program.ts";

const root = temporaryFolder();
beforeAll(() => {
  writeStripes(root);
});

const commands = [
  "run",
  "evaluate",
  "baselines",
  "train",
  "recipes",
  "fetch",
  "graph",
  "export",
  "doctor",
];

test("--help lists the commands, and no command shows the same as an error", async () => {
  const help = await run(root, "--help");
  expect(help.code).toBe(0);
  for (const command of commands) expect(help.stdout).toMatch(new RegExp(`^ {2}${command} `, "m"));
  expect(await run(root)).toEqual({ code: 2, stdout: "", stderr: help.stdout });
});

test.each(commands)("%s --help has the common options and an example", async (command) => {
  const { code, stdout } = await run(root, command, "--help");
  expect(code).toBe(0);
  for (const option of ["--json", "--quiet", "--seed", "--device", "--out"]) {
    expect(stdout).toContain(` ${option}`);
  }
  expect(stdout).toMatch(new RegExp(`Example:\\n {2}\\$ onnx-distill ${command} `));
});

test.each([
  ["rnu quickstart", "unknown command 'rnu'\n(Did you mean run?)"],
  ["run", "missing required argument 'recipe'"],
  ["run quickstart --seedd 3", "unknown option '--seedd'"],
  ["run quickstart --seed x", "option '--seed <n>' argument 'x' is invalid. Expected a whole"],
  ["run quickstart --select newest", "Expected last or best"],
  ["graph lenet --steps 0", "option '--steps <S>' argument '0' is invalid"],
  ["run quickstat", 'unknown recipe "quickstat": did you mean quickstart?'],
])("%s is an error of use", async (line, message) => {
  const { code, stdout, stderr } = await run(root, ...line.split(" "));
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^error: /);
  expect(stderr).toContain(message);
});

test("missing data, an unknown device and too little memory are told before anything is written", async () => {
  const missing = await run(root, "run", "mnist-fixed");
  expect(missing.code).toBe(1);
  for (const part of [
    "train-images-idx3-ubyte[.gz]",
    "Looked in:",
    join(root, "data", "mnist"),
    "onnx-distill fetch mnist",
    "--data DIR",
  ]) {
    expect(missing.stderr).toContain(part);
  }
  const device = await run(root, ...stripesRun(5), "--device=cdua");
  expect([device.code, device.stderr]).toEqual([
    2,
    'error: unknown device "cdua": choose one of cpu, wasm, webgpu, cuda, auto\n',
  ]);
  const memory = await run(root, ...stripesRun(5), "--memory=10kB");
  expect(memory.code).toBe(1);
  expect(memory.stderr).toMatch(
    /one meta-gradient needs about \d+ MiB in each of 1 worker, but .* raise --memory/,
  );
  expect(existsSync(join(root, "runs"))).toBe(false);
});

test("a reader that goes away stops no command", async () => {
  const { child, ended } = start(root, ["recipes", "--json"]);
  child.stdout!.destroy();
  expect(await ended).toMatchObject({ code: 0, stderr: "" });
});

describe("a recipe's fields", () => {
  const set = (...assignments: string[]) =>
    recipeFrom(join(root, "stripes.json"), { set: assignments });

  test("are set by dotted keys, as JSON or text", async () => {
    const recipe = await set(
      "outer.rate=0.5",
      "data=my data.npz",
      'initializer={"kind":"normal","std":0.1}',
      "outer.clip=null",
    );
    expect(recipe).toMatchObject({
      data: "my data.npz",
      initializer: { kind: "normal", std: 0.1 },
      outer: { rate: 0.5, clip: null, batch: 32 },
    });
  });

  test.each([
    ["outer.rat=1", 'unknown recipe field "outer.rat": did you mean outer.rate'],
    ["zzz=1", 'unknown recipe field "zzz": known are name, description'],
    ["steps", '--set takes key=value, got "steps"'],
    ["steps=1.5", "steps: Invalid input: expected int, received number, got 1.5"],
    ["outer.rate=-3", "outer.rate: Too small: expected number to be >0, got -3"],
    ["labels=soggy", 'labels: Invalid option: expected one of "hard"|"soft", got "soggy"'],
    ["images=noisy", 'images: expected noise, real or run:<folder>, got "noisy"'],
    ["initializer.kind=xavier", "initializer.kind: Invalid discriminator value"],
    ["outer.betas=[0.5,1]", "outer.betas.1: Too big: expected number to be <1, got 1"],
  ])("%s is refused", async (assignment, message) => {
    await expect(set(assignment)).rejects.toThrow(message);
  });
});

test("recipe files are JSON or YAML of the schema", async () => {
  const file = (name: string, text: string) => {
    writeFileSync(join(root, name), text);
    return join(root, name);
  };
  const mine = { ...stripesRecipe, name: "mine" };
  expect(await recipeFrom(file("a.yaml", stringify(mine)), {})).toEqual(mine);
  expect(await recipeFrom(file("a.json", JSON.stringify(mine)), { seed: 7 })).toEqual({
    ...mine,
    seed: 7,
  });
  const { name, ...nameless } = mine;
  await expect(recipeFrom(file("b.yml", stringify(nameless)), {})).rejects.toThrow(
    "name: Invalid input: expected string",
  );
  await expect(recipeFrom(file("c.yaml", "a: [1"), {})).rejects.toThrow("neither JSON nor YAML");
  await expect(recipeFrom("missing.yaml", {})).rejects.toThrow("cannot read the recipe file");
});

test("a recipe in YAML runs", async () => {
  writeFileSync(join(root, "mine.yaml"), stringify({ ...stripesRecipe, name: "mine", seed: 4 }));
  const { code, stdout } = await run(
    root,
    "run",
    "mine.yaml",
    "--workers=1",
    "--no-transfer",
    "--json",
  );
  expect([code, JSON.parse(stdout).run]).toEqual([0, join("runs", "mine-4")]);
});

test("sizes are decimal or binary", () => {
  expect(["4GB", "512MiB", "1.5 k", "1000000"].map(parseBytes)).toEqual([
    4e9,
    512 * 2 ** 20,
    1500,
    1e6,
  ]);
  expect(() => parseBytes("1zb")).toThrow("Expected a size such as 4GB");
});
