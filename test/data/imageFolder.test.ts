import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { loadImageFolder } from "../../src/data/imageFolder.ts";
import { random } from "../../src/random/generator.ts";
import { realDataDir } from "../realData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

const root = temporaryFolder();
const rng = () => random(0, "test");
const cacheDir = join(root, "cache");

async function png(
  path: string,
  colour: { r: number; g: number; b: number },
  width = 8,
  height = 8,
) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  const create = { width, height, channels: 3 as const, background: colour };
  writeFileSync(join(root, path), await sharp({ create }).png().toBuffer());
}
const red = { r: 255, g: 0, b: 0 };
const blue = { r: 0, g: 0, b: 255 };

test("train and val folders become planes [C,size,size] with classes in order of their names", async () => {
  await png("parted/train/zebra/1.png", red);
  await png("parted/train/ant/deep/1.PNG", blue, 16, 8);
  await png("parted/val/ant/2.png", blue);
  await png("parted/val/zebra/2.png", red);
  writeFileSync(join(root, "parted/train/ant/notes.txt"), "no image");
  writeFileSync(join(root, "parted/train/ant/._1.png"), "no image either");
  const folder = await loadImageFolder("parted", join(root, "parted"), rng(), {
    size: 2,
    cacheDir,
  });
  expect(folder.classes).toEqual(["ant", "zebra"]);
  expect(folder.shape).toEqual([3, 2, 2]);
  expect([...folder.train.labels]).toEqual([0, 1]);
  const planes = (r: number, g: number, b: number) => [r, g, b].flatMap((v) => Array(4).fill(v));
  expect([...folder.train.images]).toEqual([...planes(0, 0, 255), ...planes(255, 0, 0)]);
  expect(folder.test.count).toBe(2);
  expect(folder.normalization.mean).toEqual([0.5, 0, 0.5]);
});

test("one channel is grey, of colour, grey, 16-bit and transparent images alike", async () => {
  const grey = { r: 128, g: 128, b: 128 };
  await png("grey/a/1.png", grey);
  await png("grey/b/1.png", grey);
  await png("grey/b/2.png", grey);
  const create = { width: 4, height: 4, channels: 4 as const, background: { ...grey, alpha: 0.5 } };
  const transparent = sharp({ create }).png();
  writeFileSync(join(root, "grey/a/2.png"), await transparent.toBuffer());
  const deep = sharp(join(root, "grey/b/1.png")).toColourspace("grey16").png();
  writeFileSync(join(root, "grey/a/3.png"), await deep.toBuffer());
  const single = sharp(join(root, "grey/b/1.png")).toColourspace("b-w").png();
  writeFileSync(join(root, "grey/a/4.png"), await single.toBuffer());
  for (const channels of [1, 3] as const) {
    const options = { size: 1, channels, cacheDir };
    const { train, test } = await loadImageFolder("grey", join(root, "grey"), rng(), options);
    expect([train.count, test.count]).toEqual([4, 2]);
    for (const pixel of [...train.images, ...test.images]) expect([127, 128]).toContain(pixel);
  }
});

test("a wide image is cropped at its centre and turned upright", async () => {
  const pixels = Uint8Array.from({ length: 6 }, (_, x) => (x < 2 ? 10 : x < 4 ? 200 : 90));
  const raw = { width: 6, height: 1, channels: 1 as const };
  const image = sharp(pixels, { raw }).resize(6, 2, { kernel: "nearest" });
  mkdirSync(join(root, "turned/a"), { recursive: true });
  await image.clone().png().toFile(join(root, "turned/a/1.png"));
  await image
    .clone()
    .rotate(90)
    .withMetadata({ orientation: 8 })
    .png()
    .toFile(join(root, "turned/a/2.png"));
  await png("turned/b/1.png", red);
  await png("turned/b/2.png", red);
  const options = { size: 2, channels: 1 as const, cacheDir };
  const { train, test } = await loadImageFolder("turned", join(root, "turned"), rng(), options);
  for (const split of [train, test])
    expect([...split.images.subarray(0, 4)]).toEqual(Array(4).fill(200));
});

test("an image that cannot be decoded is named, and left out only when asked", async () => {
  for (const name of ["a/1", "a/2", "b/1", "b/2"]) await png(`bad/${name}.png`, red);
  writeFileSync(join(root, "bad/b/broken.jpg"), "not a picture");
  const whole = await sharp(join(root, "bad/a/1.png")).resize(200, 200).jpeg().toBuffer();
  writeFileSync(join(root, "bad/b/cut.jpg"), whole.subarray(0, whole.length / 2));
  const load = (options: object) =>
    loadImageFolder("bad", join(root, "bad"), rng(), { ...options, cacheDir });
  const refused =
    /2 of 6 images .* cannot be decoded:\n {2}b.broken\.jpg: .*\n {2}b.cut\.jpg: .*\n.*--skip-bad/;
  await expect(load({})).rejects.toThrow(refused);
  await expect(load({})).rejects.toThrow(refused);
  const { train, test, skipped } = await load({ skipBad: true });
  expect(skipped).toEqual([
    { file: join("b", "broken.jpg"), reason: expect.stringContaining("unsupported image format") },
    { file: join("b", "cut.jpg"), reason: expect.any(String) },
  ]);
  expect(train.count + test.count).toBe(4);
  expect([...train.labels, ...test.labels].sort()).toEqual([0, 0, 1, 1]);
});

test("squash scales both sides and keeps what cover crops away", async () => {
  const pixels = Uint8Array.from({ length: 64 }, (_, i) => (i % 16 < 8 ? 0 : 255));
  mkdirSync(join(root, "squashed/a"), { recursive: true });
  mkdirSync(join(root, "squashed/b"));
  for (const name of ["a/1", "a/2", "b/1", "b/2"]) {
    const raw = { width: 16, height: 4, channels: 1 as const };
    await sharp(pixels, { raw })
      .png()
      .toFile(join(root, `squashed/${name}.png`));
  }
  const options = { size: 4, channels: 1 as const, fit: "squash" as const, cacheDir };
  const { train } = await loadImageFolder("squashed", join(root, "squashed"), rng(), options);
  const row = [...train.images.subarray(0, 4)];
  expect(row.map((pixel) => Math.round(pixel / 40))).toEqual([0, 0, 6, 6]);
});

test("folders that are no data set are refused", async () => {
  mkdirSync(join(root, "none/a"), { recursive: true });
  const load = (name: string) =>
    loadImageFolder(name, join(root, name), rng(), { size: 2, cacheDir });
  await expect(load("none")).rejects.toThrow("has 1 class folders, expected two or more");
  mkdirSync(join(root, "none/b"));
  await expect(load("none")).rejects.toThrow("has no training images of a, b");
  await png("extra/train/a/1.png", red);
  await png("extra/train/b/1.png", red);
  await png("extra/test/c/1.png", red);
  await expect(load("extra")).rejects.toThrow('training has no class "c"');
});

const dir = realDataDir("hymenoptera");

test.skipIf(!dir)("ants and bees are read from train and val", async () => {
  const folder = join(dir!, "hymenoptera");
  const { train, test, classes } = await loadImageFolder("insects", folder, rng(), {
    size: 16,
    cacheDir,
  });
  expect(classes).toEqual(["ants", "bees"]);
  expect([train.count, test.count]).toEqual([244, 153]);
  expect(train.labels.filter((label) => label === 0).length).toBe(123);
});

const birds = realDataDir("cub200");

test.skipIf(!birds)(
  "ten classes of birds without a split give a fifth of each to the test half",
  async () => {
    const options = { size: 16, cacheDir };
    const { train, test, classes } = await loadImageFolder(
      "birds",
      join(birds!, "cub200"),
      rng(),
      options,
    );
    expect([classes.length, classes[0]]).toEqual([10, "001.Black_footed_Albatross"]);
    expect(train.count + test.count).toBe(294);
    for (let label = 0; label < 10; label++) {
      const count = (labels: Uint16Array) => labels.filter((l) => l === label).length;
      const all = count(train.labels) + count(test.labels);
      expect(count(test.labels)).toBe(Math.round(all / 5));
    }
  },
);
