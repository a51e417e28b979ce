import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, expect, test } from "vitest";
import { stripesRecipe } from "../stripesData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { run } from "./program.ts";

const root = temporaryFolder();
const small = ["--workers=1", "--threads=1", "--no-transfer", "--quiet"];
const skipped = [{ file: join("train", "dark", "bad.png"), reason: expect.any(String) }];

/** Eight images of each class for training and four for testing, and one that is none. */
beforeAll(async () => {
  for (const [part, count] of Object.entries({ train: 8, val: 4 })) {
    for (const [name, grey] of Object.entries({ bright: 220, dark: 30 })) {
      mkdirSync(join(root, "datasets/lamps", part, name), { recursive: true });
      for (let i = 0; i < count; i++) {
        const value = grey + i;
        const background = { r: value, g: value, b: value };
        const create = { width: 12, height: 10, channels: 3 as const, background };
        const path = join(root, "datasets/lamps", part, name, `${i}.png`);
        await sharp({ create }).png().toFile(path);
      }
    }
  }
  writeFileSync(join(root, "datasets/lamps/train/dark/bad.png"), "no picture");
  const recipe = {
    ...stripesRecipe,
    name: "lamps",
    data: "lamps",
    imageSize: 8,
    augmentation: "crop-flip",
    outer: { ...stripesRecipe.outer, batch: 4, iterations: 3 },
    evaluation: { ...stripesRecipe.evaluation, heldOut: 4 },
  };
  writeFileSync(join(root, "lamps.json"), JSON.stringify(recipe));
});

test("a corrupt image stops a run with its name, before anything is written", async () => {
  const { code, stdout, stderr } = await run(
    root,
    "run",
    "lamps.json",
    ...small,
    "--data=datasets",
  );
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/1 of 25 images in .*lamps cannot be decoded:\n {2}train.dark.bad\.png: /);
  expect(stderr).toContain("leave them out with --skip-bad");
  expect(readdirSync(root)).not.toContain("runs");
});

test("--skip-bad runs without it and reports it by name; images are cached where --cache says", async () => {
  const data = ["--data=datasets", "--skip-bad", "--cache=kept"];
  const first = await run(root, "run", "lamps.json", ...small, ...data, "--json", "--out=one");
  expect([first.code, first.stderr]).toEqual([0, ""]);
  expect(JSON.parse(first.stdout).skipped).toEqual(skipped);
  expect(JSON.parse(readFileSync(join(root, "one/summary.json"), "utf8")).skipped).toEqual(skipped);
  const kept = readdirSync(join(root, "kept"));
  expect(kept.filter((name) => name.endsWith(".npy"))).toHaveLength(2);

  const again = await run(root, "evaluate", "one", ...small, ...data);
  expect(again.code).toBe(0);
  expect(again.stdout).toMatch(/images left out: 1 +train.dark.bad\.png: /);
  expect(readdirSync(join(root, "kept"))).toEqual(kept);
  const json = await run(root, "evaluate", "one", ...small, ...data, "--json");
  expect(JSON.parse(json.stdout).skipped).toEqual(skipped);
  const baselines = await run(root, "baselines", "one", "--workers=1", "--networks=1", ...data);
  expect(baselines.code).toBe(0);
  expect(baselines.stderr).toMatch(/^left out train.dark.bad\.png: /m);
});

test("--set imageSize changes the size; without --cache the user's cache folder is used", async () => {
  const args = ["--data=datasets", "--skip-bad", "--set=imageSize=6", "--out=six"];
  const { code, stdout } = await run(root, "run", "lamps.json", ...small, ...args);
  expect(code).toBe(0);
  expect(stdout).toContain("images left out: 1");
  const user = join(root, "onnx-distill", "images");
  const arrays = readdirSync(user).filter((name) => name.endsWith(".npy"));
  const headers = arrays.map((name) => readFileSync(join(user, name), "latin1").slice(0, 128));
  expect(headers.filter((header) => header.includes(", 3, 6, 6)"))).toHaveLength(2);
});
