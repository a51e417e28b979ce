import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { vocClasses } from "../../../src/data/images/voc.ts";
import { annotatedObjects } from "../../../src/data/images/vocAnnotation.ts";
import { loadDataset } from "../../../src/data/load.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";

const root = temporaryFolder();
const cacheDir = join(root, "cache");

interface TestObject {
  name: string;
  box: readonly (number | string)[];
  difficult?: 0 | 1;
}

const annotation = (objects: readonly TestObject[]): string =>
  `<annotation><size><width>40</width><height>20</height></size>${objects
    .map(
      ({ name, box, difficult }) =>
        `<object><name>${name}</name>${difficult === undefined ? "" : `<difficult>${difficult}</difficult>`}` +
        `<bndbox><xmin>${box[0]}</xmin><ymin>${box[1]}</ymin><xmax>${box[2]}</xmax><ymax>${box[3]}</ymax></bndbox>` +
        "<part><name>head</name><bndbox><xmin>1</xmin></bndbox></part></object>",
    )
    .join("")}</annotation>`;

/** Every image is 40 x 20: red on the left half, blue on the right. */
async function devkit(
  folder: string,
  year: string,
  sets: Record<string, Record<string, TestObject[]>>,
) {
  const base = join(root, folder, "VOCdevkit", `VOC${year}`);
  for (const part of ["Annotations", "ImageSets/Main", "JPEGImages"]) {
    mkdirSync(join(base, part), { recursive: true });
  }
  const pixels = new Uint8Array(40 * 20 * 3);
  for (let i = 0; i < 800; i++) pixels[i * 3 + (i % 40 < 20 ? 0 : 2)] = 255;
  const jpeg = await sharp(pixels, { raw: { width: 40, height: 20, channels: 3 } })
    .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
    .toBuffer();
  for (const [set, images] of Object.entries(sets)) {
    writeFileSync(join(base, `ImageSets/Main/${set}.txt`), `${Object.keys(images).join("\n")}\n`);
    for (const [id, objects] of Object.entries(images)) {
      writeFileSync(join(base, `Annotations/${id}.xml`), annotation(objects));
      writeFileSync(join(base, `JPEGImages/${id}.jpg`), jpeg);
    }
  }
  return base;
}

const left = [1, 1, 20, 20];
const right = [21, 1, 40, 20];
/** Every class once, the first in the right half and the others in the left. */
const everyClass = vocClasses.map((name, i) => ({ name, box: i === 0 ? right : left }));

test("each object that is not difficult is an image of its own, cropped to its box", async () => {
  const folder = await devkit("cropped", "2007", {
    train: { "000001": [...everyClass, { name: "car", box: right, difficult: 1 }] },
    val: { "000002": [{ name: "dog", box: right, difficult: 0 }], "000003": [] },
  });
  const options = { dataDir: join(root, "cropped"), size: 4, cacheDir };
  const voc = await loadDataset("voc", options);
  expect(voc).toMatchObject({
    name: "voc",
    classes: vocClasses,
    shape: [3, 4, 4],
    normalization: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    source: `${folder} (train, val)`,
  });
  expect([voc.train.count, voc.test.count]).toEqual([20, 1]);
  expect([...voc.train.labels]).toEqual(vocClasses.map((_, i) => i));
  const redAndBlue = (image: number) =>
    [0, 32].map((at) => voc.train.images[image * 48 + at]! > 200);
  expect(redAndBlue(0)).toEqual([false, true]);
  expect(redAndBlue(1)).toEqual([true, false]);
  expect(vocClasses[voc.test.labels[0]!]).toBe("dog");
  expect((await loadDataset("voc2007", options)).train.count).toBe(20);
  expect((await loadDataset(folder, options)).name).toBe("voc");
});

test("with annotated test images, trainval is trained on and test is tested on", async () => {
  const sets = {
    train: { a: everyClass },
    val: { b: everyClass },
    trainval: { a: everyClass, b: everyClass },
    test: { c: [{ name: "cat", box: left }] },
  };
  const folder = await devkit("tested", "2007", sets);
  const options = { dataDir: join(root, "tested"), size: 2, cacheDir };
  const { train, test, source } = await loadDataset("voc", options);
  expect([train.count, test.count, source]).toEqual([40, 1, `${folder} (trainval, test)`]);
  rmSync(join(folder, "Annotations/c.xml"));
  const without = await loadDataset("voc", options);
  expect([without.train.count, without.test.count]).toEqual([20, 20]);
});

test("several years must be told apart; missing parts are named", async () => {
  const sets = { train: { a: everyClass }, val: { b: everyClass } };
  await devkit("years", "2007", sets);
  const folder = await devkit("years", "2012", sets);
  const options = { dataDir: join(root, "years"), size: 2, cacheDir };
  await expect(loadDataset("voc", options)).rejects.toThrow(
    "has several years of VOC; name one: voc2007 or voc2012",
  );
  expect((await loadDataset("voc2012", options)).source).toContain("VOC2012");
  rmSync(join(folder, "ImageSets/Main/val.txt"));
  await expect(loadDataset("voc2012", options)).rejects.toThrow(/VOC needs .*val\.txt.*\(ENOENT\)/);
  await expect(loadDataset("voc2010", options)).rejects.toThrow(
    /voc2010 .* was not found\. Wanted:\n {2}VOCdevkit\/VOC2010 with .*\nLooked in:/,
  );
});

test("an annotation that is none, or of other classes, is named with its file", async () => {
  const sets = { train: { a: everyClass }, val: { b: [{ name: "unicorn", box: left }] } };
  const folder = await devkit("odd", "2012", sets);
  const load = () => loadDataset(folder, { size: 2, cacheDir });
  await expect(load()).rejects.toThrow(/b\.xml: "unicorn" is none of VOC's classes/);
  writeFileSync(join(folder, "Annotations/b.xml"), "<annotation><object>");
  await expect(load()).rejects.toThrow(/b\.xml: XML is cut off: object does not end/);
  writeFileSync(join(folder, "ImageSets/Main/val.txt"), "../b\n");
  await expect(load()).rejects.toThrow(/val\.txt: "\.\.\/b" is no image's name/);
});

test("boxes count from 1, include their last pixels and may have fractions", () => {
  const objects = annotatedObjects(annotation([{ name: "cow", box: ["2.4", 3, "9.6", 3] }]));
  expect(objects).toEqual([
    { className: "cow", difficult: false, box: { left: 1, top: 2, width: 9, height: 1 } },
  ]);
  const wrong = (box: TestObject["box"]) => () =>
    annotatedObjects(annotation([{ name: "cow", box }]));
  expect(wrong([0, 1, 5, 5])).toThrow(
    "1 <= xmin <= xmax and 1 <= ymin <= ymax, got x 0..5, y 1..5",
  );
  expect(wrong([3, 1, 2, 5])).toThrow("got x 3..2");
  expect(wrong(["wide", 1, 2, 5])).toThrow("got x NaN..2");
  expect(() => annotatedObjects("<other/>")).toThrow("Expected the element annotation, got other");
  expect(() => annotatedObjects("<annotation><object/></annotation>")).toThrow("has no name");
});
