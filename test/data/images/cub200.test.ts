import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { loadDataset } from "../../../src/data/load.ts";
import { realDataDir } from "../../realData.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";

const root = temporaryFolder();
const options = { size: 2, cacheDir: join(root, "cache") };
const images = [
  "001.Black_footed_Albatross/a.jpg",
  "001.Black_footed_Albatross/b.jpg",
  "002.Laysan_Albatross/c.jpg",
  "002.Laysan_Albatross/d.jpg",
];

function put(path: string, content: string | Uint8Array) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

async function putImages(folder: string) {
  for (const [i, name] of images.entries()) {
    const background = { r: i * 60, g: 0, b: 0 };
    const create = { width: 6, height: 3, channels: 3 as const, background };
    put(`${folder}/images/${name}`, await sharp({ create }).jpeg({ quality: 100 }).toBuffer());
  }
}
const numbered = (values: readonly (string | number)[]) =>
  values.map((value, i) => `${i + 1} ${value}\n`).join("");

async function put2011(folder: string) {
  await putImages(folder);
  put(`${folder}/images.txt`, numbered(images));
  put(`${folder}/image_class_labels.txt`, numbered([1, 1, 2, 2]));
  put(`${folder}/train_test_split.txt`, numbered([0, 1, 1, 0]));
  put(`${folder}/classes.txt`, numbered(["001.Black_footed_Albatross", "002.Laysan_Albatross"]));
  put(`${folder}/bounding_boxes.txt`, numbered(Array(4).fill("0.0 0.0 1.0 1.0")));
}

test("the layout of 2011 has its own split, and images are whole", async () => {
  await put2011("new/CUB_200_2011");
  const birds = await loadDataset("cub200", { ...options, dataDir: join(root, "new") });
  expect(birds).toMatchObject({
    name: "cub200",
    classes: ["Black_footed_Albatross", "Laysan_Albatross"],
    shape: [3, 2, 2],
    source: `${join(root, "new/CUB_200_2011")} (layout of 2011)`,
  });
  expect([[...birds.train.labels], [...birds.test.labels]]).toEqual([
    [0, 1],
    [0, 1],
  ]);
  const reds = [...birds.train.images].filter((_, i) => i % 12 < 4);
  expect(reds.map((red) => Math.round(red / 60))).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
  expect((await loadDataset(join(root, "new"), options)).train).toEqual(birds.train);
});

test("the layout of 2010 has lists of training and test images", async () => {
  await putImages("old/cub200");
  put("old/cub200/lists/train.txt", `${images[1]}\n${images[2]}\n`);
  put("old/cub200/lists/test.txt", `${images[0]}\n${images[3]}\n`);
  const birds = await loadDataset("cub200", { ...options, dataDir: join(root, "old") });
  expect(birds.classes).toEqual(["Black_footed_Albatross", "Laysan_Albatross"]);
  expect(birds.source).toContain("(layout of 2010)");
  expect([[...birds.train.labels], [...birds.test.labels]]).toEqual([
    [0, 1],
    [0, 1],
  ]);
});

test("photographs are 224 pixels wide and high unless told otherwise", async () => {
  await put2011("large");
  const { cacheDir } = options;
  expect((await loadDataset(join(root, "large"), { cacheDir })).shape).toEqual([3, 224, 224]);
});

test("lines that are not of the layout are named, and so are images that are missing", async () => {
  await put2011("odd");
  const load = () => loadDataset(join(root, "odd"), options);
  put("odd/train_test_split.txt", "1 0\n2 2\n");
  await expect(load()).rejects.toThrow(
    /train_test_split\.txt line 2: expected NUMBER 0 or 1, got "2 2"/,
  );
  put("odd/train_test_split.txt", numbered([0, 1, 1]));
  await expect(load()).rejects.toThrow(/image 4 \(002.*d\.jpg\) needs a class/);
  put("odd/train_test_split.txt", numbered([0, 1, 1, 0]));
  rmSync(join(root, "odd/images", images[0]!));
  await expect(load()).rejects.toThrow(/1 of 4 images .*\n {2}images.001.*a\.jpg: ENOENT/);
});

test("without the lists, the data set is not found, and class folders are named by path", async () => {
  await putImages("plain/cub200");
  const missing = loadDataset("cub200", { ...options, dataDir: join(root, "plain") });
  await expect(missing).rejects.toThrow(/cub200 .* was not found\. Wanted:\n.*lists\/train\.txt/);
  const byPath = await loadDataset("images", { ...options, dataDir: join(root, "plain/cub200") });
  expect([byPath.train.count, byPath.test.count, byPath.name]).toEqual([2, 2, "images"]);
});

const dir = realDataDir("cub200");

test.skipIf(!dir)("real photographs are read through lists of the layout of 2010", async () => {
  const source = join(dir!, "cub200");
  mkdirSync(join(root, "real/lists"), { recursive: true });
  symlinkSync(source, join(root, "real/images"));
  const classes = readdirSync(source).filter((name) => /^0\d\d\./.test(name));
  const names = classes.flatMap((name) =>
    readdirSync(join(source, name)).map((image) => `${name}/${image}`),
  );
  const part = (wanted: boolean) => names.filter((_, i) => (i % 2 === 0) === wanted).join("\n");
  put("real/lists/train.txt", part(true));
  put("real/lists/test.txt", part(false));
  const { train, test, shape } = await loadDataset(join(root, "real"), { ...options, size: 16 });
  expect([train.count, test.count, shape]).toEqual([147, 147, [3, 16, 16]]);
});
