import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadDataset } from "../../src/data/load.ts";
import { decodeSvhn } from "../../src/data/svhn.ts";
import { type MatVariable, matFile } from "../formats/matFile.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

/** Pixel of image n, channel c, row h, column w. */
const pixel = (n: number, c: number, h: number, w: number) => (n * 101 + c * 57 + h * 7 + w) % 256;

function svhnVariables(labels: readonly number[]): [MatVariable, MatVariable] {
  const data: number[] = [];
  for (let n = 0; n < labels.length; n++) {
    for (let c = 0; c < 3; c++) {
      for (let w = 0; w < 32; w++) for (let h = 0; h < 32; h++) data.push(pixel(n, c, h, w));
    }
  }
  const shape = labels.length === 1 ? [32, 32, 3] : [32, 32, 3, labels.length];
  return [
    { name: "X", shape, data },
    { name: "y", shape: [labels.length, 1], data: labels, arrayClass: 6 },
  ];
}

test("column-major images become planes of rows, and label 10 the digit 0", async () => {
  const { images, labels, count } = await decodeSvhn(matFile(svhnVariables([10, 1, 9])));
  expect([count, [...labels]]).toEqual([3, [0, 1, 9]]);
  const wanted: number[] = [];
  for (let n = 0; n < 3; n++) {
    for (let c = 0; c < 3; c++) {
      for (let h = 0; h < 32; h++) for (let w = 0; w < 32; w++) wanted.push(pixel(n, c, h, w));
    }
  }
  expect(images).toEqual(Uint8Array.from(wanted));
  expect((await decodeSvhn(matFile(svhnVariables([4])))).count).toBe(1);
});

test("files without images and labels of this kind are refused", async () => {
  const [x, y] = svhnVariables([1, 2]);
  const refused = (variables: MatVariable[]) => expect(decodeSvhn(matFile(variables))).rejects;
  await refused([x]).toThrow("needs the numeric arrays X and y; the file has X");
  await refused([{ ...x, shape: [32, 96, 2] }, y]).toThrow(
    "must be uint8 [32,32,3,N], got Uint8Array [32,96,2]",
  );
  const floats = { ...x, stored: "f4" as const, arrayClass: 7 };
  await refused([floats, y]).toThrow("got Float32Array [32,32,3,2]");
  await refused([x, { ...y, shape: [1, 1], data: [1] }]).toThrow(
    "2 images in X, but 1 labels in y",
  );
  await refused([x, { ...y, data: [1, 0] }]).toThrow(
    "1..10 (10 is the digit 0), got 0 for image 1",
  );
});

test("the two files make the data set svhn", async () => {
  const folder = join(temporaryFolder(), "svhn");
  mkdirSync(folder);
  writeFileSync(join(folder, "train_32x32.mat"), matFile(svhnVariables([1, 2, 10])));
  writeFileSync(join(folder, "test_32x32.mat"), matFile(svhnVariables([3])));
  const svhn = await loadDataset("svhn", { dataDir: join(folder, "..") });
  expect(svhn).toMatchObject({ name: "svhn", shape: [3, 32, 32], source: folder });
  expect([svhn.train.count, svhn.test.count, svhn.classes[svhn.test.labels[0]!]]).toEqual([
    3,
    1,
    "3",
  ]);
  writeFileSync(join(folder, "test_32x32.mat"), "MATLAB 7.3 MAT-file");
  await expect(loadDataset("svhn", { dataDir: join(folder, "..") })).rejects.toThrow(
    `${join(folder, "test_32x32.mat")}: Not a MAT-file of level 5`,
  );
});
