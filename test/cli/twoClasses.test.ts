import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { beforeAll, expect, test } from "vitest";
import { decodeDistilled } from "../../src/io/distilledFile.ts";
import { decodeSafetensors } from "../../src/io/safetensors.ts";
import { writeImageFolder } from "../imageFolderData.ts";
import { stripesRecipe } from "../stripesData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { run } from "./program.ts";

const root = temporaryFolder();
const bytes = (...names: string[]) => readFileSync(join(root, ...names));
const distilled = (folder: string) => decodeDistilled(bytes(folder, "distilled.safetensors"));

/** A run on the folder of ants and bees with one worker. */
const insects = (iterations: number, ...more: string[]) =>
  run(
    root,
    "run",
    "insects.json",
    "--workers=1",
    "--threads=1",
    "--no-transfer",
    `--iterations=${iterations}`,
    "--json",
    "--quiet",
    ...more,
  );

beforeAll(async () => {
  await writeImageFolder(join(root, "insects"), { train: 30, val: 20 });
  const recipe = {
    ...stripesRecipe,
    name: "insects",
    data: "insects",
    imagesPerClass: 2,
    steps: 2,
    learningRate: { ...stripesRecipe.learningRate, initial: 0.05 },
    evaluation: { ...stripesRecipe.evaluation, heldOut: 10 },
  };
  writeFileSync(join(root, "insects.json"), JSON.stringify(recipe));
});

test("two classes are learned by one logit under binary cross-entropy", async () => {
  const { code, stdout, stderr } = await insects(30, "--out=one");
  expect([code, stderr]).toEqual([0, ""]);
  const { before, accuracy, baseline } = JSON.parse(stdout);
  expect(accuracy.mean).toBeGreaterThan(Math.max(0.95, before.mean));
  expect(baseline.mean).toBeGreaterThan(0.5);
  const { shapes, labels, metadata } = distilled("one");
  expect(shapes).toMatchObject({ images: [2, 4, 3, 32, 32], labels: [2, 4, 1] });
  expect([...labels]).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
  expect(metadata).toMatchObject({ loss: "binary_cross_entropy", classes: '["ants","bees"]' });
  const { tensors } = decodeSafetensors(bytes("one", "initial.safetensors"));
  expect(tensors.get("fc2.weight")!.shape).toEqual([1, 128]);

  const again = await run(root, "evaluate", "one", "--workers=1", "--no-transfer", "--json");
  expect(JSON.parse(again.stdout)).toMatchObject({ before, accuracy, baseline });
});

test("a bundle with one logit verifies itself", async () => {
  const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));
  symlinkSync(modules, join(root, "node_modules"), "junction");
  const { code } = await run(root, "export", "one", "--with-test-data", "--out=bundle");
  expect(code).toBe(0);
  const verify = [join(root, "bundle/verify.mjs")];
  const { status, stdout } = spawnSync(process.execPath, verify, { encoding: "utf8" });
  expect([status, stdout]).toEqual([0, expect.stringContaining("on 40 test images\nOK: ")]);
});

test("softmax over two logits is there for the asking, with the same images", async () => {
  const { code } = await insects(2, "--set=loss=softmax_cross_entropy", "--out=two");
  expect(code).toBe(0);
  const { shapes, metadata } = distilled("two");
  expect(shapes).toMatchObject({ images: [2, 4, 3, 32, 32], labels: [2, 4, 2] });
  expect(metadata.loss).toBe("softmax_cross_entropy");
  const sizes = ["one", "two"].map(async (folder) => {
    const { width, height } = await sharp(bytes(folder, "images", "first.png")).metadata();
    return [width, height];
  });
  const [ofOne, ofTwo] = await Promise.all(sizes);
  expect(ofOne).toEqual(ofTwo);

  const other = { ...JSON.parse(String(bytes("two", "recipe.json"))), loss: "auto" };
  writeFileSync(join(root, "two", "recipe.json"), JSON.stringify(other));
  const { code: refused, stderr } = await run(root, "evaluate", "two");
  expect(refused).toBe(1);
  expect(stderr).toContain("labels [2,4,2] there, [2,4,1] here");
});

test("one logit's labels can be learned, with rates that stay", async () => {
  const soft = ["--set=labels=soft", "--set=epochs=2", "--set=learningRate.learned=false"];
  const { code, stdout } = await insects(20, ...soft, "--out=soft");
  expect([code, JSON.parse(stdout).accuracy.mean]).toEqual([0, expect.closeTo(1, 1)]);
  const { labels, learningRates } = distilled("soft");
  for (const label of labels) expect([0, 1]).not.toContain(label);
  expect([...learningRates]).toEqual(Array(4).fill(expect.closeTo(0.05, 6)));
  const report = String(bytes("soft", "report.html"));
  expect(report).toMatch(
    /<td>2<\/td><td>4<\/td><td>bees<\/td><td>bees: -?[\d.]+<\/td><\/tr><\/tbody>/,
  );
  expect(String(bytes("one", "report.html"))).not.toContain("Learned labels");
});

test("one class of two is turned into the other", async () => {
  const attack = '--set=objective={"kind":"attack","from":"ants","to":"bees"}';
  const { stdout } = await insects(20, attack, "--set=labels=soft", "--out=attack");
  const { after } = JSON.parse(stdout).attack;
  expect(after.fromAsTo.mean).toBeGreaterThan(0.95);
  expect(after.classAccuracies.bees.mean).toBeGreaterThan(0.95);
  expect(after.trueAccuracy.mean).toBeLessThan(0.55);
});
