import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, expect, test } from "vitest";
import { decodeDistilled } from "../../src/io/distilledFile.ts";
import { decodeSafetensors } from "../../src/io/safetensors.ts";
import { writeStripes } from "../stripesData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { type Ended, fromRandomWeights, run, stripesRun } from "./program.ts";

const root = temporaryFolder();
const at = (...names: string[]) => join(root, ...names);
const json = (...names: string[]) => JSON.parse(readFileSync(at(...names), "utf8"));
const distilled = (folder: string) =>
  decodeDistilled(readFileSync(at(folder, "distilled.safetensors")));
const statistic = (n: number) => ({ mean: expect.any(Number), std: expect.any(Number), n });

let first: Ended;

beforeAll(async () => {
  writeStripes(root);
  first = await run(
    root,
    ...stripesRun(25),
    "--set=steps=2",
    "--set=epochs=3",
    "--json",
    "--out=run",
  );
});

test("a run prints one JSON document, and progress elsewhere", () => {
  expect(first.code).toBe(0);
  expect(JSON.parse(first.stdout)).toEqual({
    run: "run",
    iterations: 25,
    seconds: expect.any(Number),
    before: statistic(1),
    accuracy: statistic(1),
    baseline: { name: "random real images", ...statistic(10) },
  });
  expect(first.stderr).toMatch(/240 training and 90 test images; meta-gradient unrolled/);
  expect(first.stderr).toMatch(/iteration 25\/25 {2}loss/);
});

test("a run leaves its files", () => {
  expect(readdirSync(at("run")).sort()).toEqual([
    "checkpoints",
    "distilled.safetensors",
    "events.jsonl",
    "images",
    "initial.safetensors",
    "recipe.json",
    "report.html",
    "summary.json",
  ]);
  expect(json("run", "recipe.json")).toMatchObject({ steps: 2, outer: { iterations: 25 } });
  expect(readdirSync(at("run", "checkpoints")).sort()).toEqual([
    "0000010.safetensors",
    "0000020.safetensors",
    "0000025.safetensors",
  ]);
  expect(json("run", "summary.json")).toMatchObject({
    ...JSON.parse(first.stdout),
    selected: { select: "last", iteration: 25 },
    command: expect.stringContaining("onnx-distill run stripes.json"),
    versions: { node: process.versions.node },
    machine: { device: "cpu" },
  });
  expect(readFileSync(at("run", "report.html"), "utf8")).toContain("Test accuracy");
});

test("the curve has an event at every point and at the end", () => {
  const lines = readFileSync(at("run", "events.jsonl"), "utf8").trimEnd().split("\n");
  const events = lines.map((line) => JSON.parse(line));
  expect(events.map(({ iteration }) => iteration)).toEqual([10, 20, 25]);
  for (const event of events) {
    expect(event).toMatchObject({ loss: expect.any(Number), accuracy: statistic(1) });
    expect(event.learningRates).toHaveLength(6);
  }
});

test("the distilled images are described by their file", () => {
  const { shapes, metadata, learningRates, labels } = distilled("run");
  expect(shapes).toEqual({ images: [2, 3, 1, 8, 8], labels: [2, 3, 3], learningRates: [6] });
  expect(metadata).toMatchObject({
    format: "onnx-distill",
    version: "1",
    steps: "2",
    epochs: "3",
    network: "mlp",
    seed: "1",
    classes: '["0","1","2"]',
  });
  expect(JSON.parse(metadata.mean!)).toHaveLength(1);
  expect(JSON.parse(metadata.std!)).toHaveLength(1);
  expect(JSON.parse(metadata.init!)).toMatchObject({ initialization: "fixed" });
  expect([...labels]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
  for (const rate of learningRates) expect(rate).toBeGreaterThan(0);
  expect(learningRates.some((rate) => Math.abs(rate - 0.5) > 1e-3)).toBe(true);
});

test("the known weights are stored under PyTorch's names", () => {
  const { tensors } = decodeSafetensors(readFileSync(at("run", "initial.safetensors")));
  expect(new Map([...tensors].map(([name, { shape }]) => [name, shape]))).toEqual(
    new Map([
      ["fc1.weight", [128, 64]],
      ["fc1.bias", [128]],
      ["fc2.weight", [3, 128]],
      ["fc2.bias", [3]],
    ]),
  );
});

test("the pictures are PNG files", async () => {
  for (const name of ["first", "latest", "strip"]) {
    const { data, info } = await sharp(at("run", "images", `${name}.png`))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info.width * info.height * info.channels).toBe(data.length);
    expect(new Set(data).size).toBeGreaterThan(8);
  }
});

test("a second run into the same folder is refused and changes nothing", async () => {
  const times = () =>
    readdirSync(at("run"), { recursive: true, encoding: "utf8" }).map((name) => [
      name,
      statSync(at("run", name)).mtimeMs,
    ]);
  const before = times();
  const { code, stdout, stderr } = await run(root, ...stripesRun(5), "--out=run");
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/run is not empty: add --resume .* or choose another folder with --out/);
  expect(times()).toEqual(before);
});

test("the evaluation at the end tells what the images are good for outside their recipe", async () => {
  const args = stripesRun(3).filter((arg) => arg !== "--no-transfer");
  const { stdout } = await run(root, ...args, "--quiet", "--out=elsewhere");
  expect(stdout).toContain("another network: mlp, 64-64");
  expect(json("elsewhere", "summary.json").transfer).toHaveLength(5);
  expect(readFileSync(at("elsewhere", "report.html"), "utf8")).toContain("Outside the recipe");
  expect(readFileSync(at("run", "report.html"), "utf8")).not.toContain("Outside the recipe");
});

test("--seeds runs once for each seed and reports over them", async () => {
  const args = [...stripesRun(10), "--seeds=1,2", "--json", "--quiet", "--out=seeds"];
  const { code, stdout, stderr } = await run(root, ...args);
  expect([code, stderr]).toEqual([0, ""]);
  const result = JSON.parse(stdout);
  expect(result.runs.map(({ run }: { run: string }) => run)).toEqual(["seeds-1", "seeds-2"]);
  expect(result.accuracy).toEqual(statistic(2));
  expect(distilled("seeds-2").metadata.seed).toBe("2");
  expect(distilled("seeds-2").images).not.toEqual(distilled("seeds-1").images);

  const more = [...stripesRun(10), "--seeds=3,2", "--quiet", "--out=seeds"];
  const refused = await run(root, ...more);
  expect([refused.code, existsSync(at("seeds-3"))]).toEqual([1, false]);
  expect(refused.stderr).toContain("seeds-2 is not empty");
  const continued = await run(root, ...more, "--resume", "--json");
  expect(JSON.parse(continued.stdout).runs.map(({ run }: { run: string }) => run)).toEqual([
    "seeds-3",
    "seeds-2",
  ]);
});

test("--select best reports the best held-out state", async () => {
  const args = [...stripesRun(30), "--set=outer.rate=0.5", "--set=labels=soft"];
  await run(root, ...args, "--select=best", "--quiet", "--out=best");
  const lines = readFileSync(at("best", "events.jsonl"), "utf8").trimEnd().split("\n");
  const events = lines.map((line) => JSON.parse(line));
  const best = events.reduce((a, b) => (b.accuracy.mean > a.accuracy.mean ? b : a));
  expect(json("best", "summary.json").selected).toEqual({
    select: "best",
    iteration: best.iteration,
  });
});

test("graph --of writes the graphs that a run used", async () => {
  const { code, stdout } = await run(root, "graph", "--of=run", "--out=graphs", "--json");
  expect(code).toBe(0);
  expect(Object.keys(JSON.parse(stdout).graphs)).toContain("meta_gradient");
  const { graphs, normalization } = json("graphs", "manifest.json");
  const shapes = graphs.meta_gradient.inputs.map(({ shape }: { shape: number[] }) => shape);
  expect(shapes).toContainEqual([2, 3, 1, 8, 8]);
  expect(shapes).toContainEqual([6]);
  expect(normalization.mean).toEqual([expect.any(Number)]);

  const neither = await run(root, "graph", "--out=none");
  expect(neither.code).toBe(2);
  expect(neither.stderr).toContain("expected a network, a model or --of <run>");
});

test("soft labels are learned; rates that are not learned stay", async () => {
  await run(
    root,
    ...stripesRun(5),
    ...fromRandomWeights,
    "--set=labels=soft",
    "--set=learningRate.learned=false",
    "--set=learningRate.initial=0.25",
    "--quiet",
    "--out=soft",
  );
  const { labels, learningRates } = distilled("soft");
  for (const label of labels) expect([0, 1]).not.toContain(label);
  expect([...learningRates]).toEqual([expect.closeTo(0.25, 6)]);
  expect(existsSync(at("soft", "initial.safetensors"))).toBe(false);
});

test("a run can start from real images or from an earlier run", async () => {
  const still = ["--set=outer.rate=1e-20", "--quiet"];
  await run(root, ...stripesRun(1), ...still, "--set=images=real", "--out=real");
  const { images } = distilled("real");
  const pixels = new Set(images);
  expect(pixels.size).toBeLessThanOrEqual(192);
  await run(root, ...stripesRun(1), ...still, "--set=images=run:real", "--out=next");
  expect(distilled("next").images).toEqual(images);
  const other = ["--set=images=run:run", "--out=never"];
  const { code, stderr } = await run(root, ...stripesRun(1), ...other);
  expect(code).toBe(2);
  expect(stderr).toMatch(/the run in run has images \[2,3,1,8,8\], which this recipe cannot start/);
  expect(existsSync(at("never"))).toBe(false);
});
