import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { loadDataset } from "../../src/data/load.ts";
import { encodeNpy, type NpyArray } from "../../src/formats/npy.ts";
import { encodeNpz } from "../../src/formats/npz.ts";
import { realDataDir } from "../realData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { idxFile } from "./idxFile.ts";

const root = temporaryFolder();

function putIdx(folder: string, counts: readonly number[]) {
  mkdirSync(join(root, folder), { recursive: true });
  const labels = counts.flatMap((count, label) => new Array<number>(count).fill(label));
  for (const part of ["train", "t10k"]) {
    const put = (name: string, bytes: Uint8Array) => writeFileSync(join(root, folder, name), bytes);
    const images = new Uint8Array(labels.length * 784);
    put(`${part}-images-idx3-ubyte.gz`, gzipSync(idxFile([labels.length, 28, 28], images)));
    put(`${part}-labels-idx1-ubyte`, idxFile([labels.length], labels));
  }
}

test("IDX files, compressed or not, become a data set", async () => {
  putIdx("small/mnist", [1, 0, 2]);
  const mnist = await loadDataset("mnist", { dataDir: join(root, "small") });
  expect(mnist).toMatchObject({
    name: "mnist",
    shape: [1, 28, 28],
    source: join(root, "small/mnist"),
  });
  expect(mnist.classes).toHaveLength(10);
  expect([...mnist.train.labels]).toEqual([0, 2, 2]);
  expect(mnist.train.images).toHaveLength(3 * 784);
});

test("Fashion-MNIST is read from IDX files of MNIST's names, with its own classes", async () => {
  putIdx("small/fashion-mnist", [0, 2, 1]);
  const fashion = await loadDataset("fashion-mnist", { dataDir: join(root, "small") });
  expect(fashion).toMatchObject({ name: "fashion-mnist", shape: [1, 28, 28] });
  expect(Array.from(fashion.train.labels, (label) => fashion.classes[label])).toEqual([
    "Trouser",
    "Trouser",
    "Pullover",
  ]);
  expect(fashion.source).toBe(join(root, "small/fashion-mnist"));
});

test("USPS is the same data set as IDX files and as text", async () => {
  const put = (folder: string, name: string, bytes: Uint8Array | string) => {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, name), bytes);
  };
  const labels = { train: [4, 0, 9], test: [7] };
  for (const [part, digits] of Object.entries(labels)) {
    const pixels = digits.flatMap((digit) => new Array<number>(256).fill(digit * 20));
    const images = idxFile([digits.length, 16, 16], pixels);
    put("usps-idx/usps", `usps-${part}-images-idx3-ubyte.gz`, gzipSync(images));
    put(
      "usps-idx/usps",
      `usps-${part}-labels-idx1-ubyte.gz`,
      gzipSync(idxFile([digits.length], digits)),
    );
    const lines = digits.map(
      (digit) =>
        `${digit} ${Array(256)
          .fill((digit * 20) / 127.5 - 1)
          .join(" ")}\n`,
    );
    put("usps-text/usps", `zip.${part}.gz`, gzipSync(lines.join("")));
  }
  const idx = await loadDataset("usps", { dataDir: join(root, "usps-idx") });
  const text = await loadDataset("usps", { dataDir: join(root, "usps-text") });
  expect(idx.shape).toEqual([1, 16, 16]);
  expect([...idx.train.labels, ...idx.test.labels]).toEqual([4, 0, 9, 7]);
  expect([idx.train.images[0], idx.train.images[256], idx.test.images[255]]).toEqual([80, 0, 140]);
  expect({ ...text, source: "" }).toEqual({ ...idx, source: "" });
});

test("a damaged file is named", async () => {
  putIdx("damaged/mnist", [1, 1]);
  const path = join(root, "damaged/mnist/train-images-idx3-ubyte.gz");
  writeFileSync(path, gzipSync(new Uint8Array(2000)).subarray(0, 20));
  const load = loadDataset("mnist", { dataDir: join(root, "damaged") });
  await expect(load).rejects.toThrow(`${path}: Damaged or cut-off gzip data`);
});

test("an unknown name is an error that lists the known ones", async () => {
  await expect(loadDataset("imagenet")).rejects.toThrow(
    "Known are mnist, fashion-mnist, usps, svhn, cifar10, stroke-digits, " +
      "voc, voc2007, voc2012, cub200, or the path",
  );
});

test("stroke digits need no file and depend on the seed", async () => {
  const digits = await loadDataset("stroke-digits", { seed: 1 });
  expect(digits.shape).toEqual([1, 28, 28]);
  expect(digits.train.images).toHaveLength(digits.train.count * 784);
  expect(new Set(digits.test.labels).size).toBe(10);
  expect(digits.normalization.mean[0]).toBeGreaterThan(0.05);
});

const images: NpyArray = { dtype: "u1", shape: [10, 2, 2], data: new Uint8Array(40).fill(9) };
const labels: NpyArray = {
  dtype: "i4",
  shape: [10],
  data: Int32Array.from([..."0101010101"], Number),
};

test("a .npz file and a folder of .npy files are data sets", async () => {
  const path = join(root, "mine.npz");
  writeFileSync(
    path,
    encodeNpz(
      new Map([
        ["x_train", images],
        ["y_train", labels],
        ["x_test", images],
        ["y_test", labels],
      ]),
    ),
  );
  const archive = await loadDataset(path);
  expect(archive).toMatchObject({
    name: "mine",
    shape: [1, 2, 2],
    classes: ["0", "1"],
    source: path,
  });
  expect([archive.train.count, archive.test.count]).toEqual([10, 10]);

  const folder = join(root, "arrays");
  mkdirSync(folder);
  writeFileSync(join(folder, "images.npy"), encodeNpy(images));
  writeFileSync(join(folder, "labels.npy"), encodeNpy(labels));
  const parted = await loadDataset(folder, { seed: 4 });
  expect([parted.train.count, parted.test.count]).toEqual([8, 2]);
  expect(await loadDataset(folder, { seed: 4 })).toEqual(parted);
});

test("the user's own data are also found by name below a data directory", async () => {
  const dataDir = join(root, "named");
  mkdirSync(join(dataDir, "mine"), { recursive: true });
  writeFileSync(join(dataDir, "mine", "images.npy"), encodeNpy(images));
  writeFileSync(join(dataDir, "mine", "labels.npy"), encodeNpy(labels));
  const mine = await loadDataset("mine", { dataDir });
  expect(mine).toMatchObject({ name: "mine", source: join(dataDir, "mine") });
});

test("a size resizes the images of any data set", async () => {
  putIdx("resized/mnist", [1, 1]);
  const dataDir = join(root, "resized");
  const { shape, train } = await loadDataset("mnist", { dataDir, size: 32 });
  expect([shape, train.images.length]).toEqual([[1, 32, 32], 2 * 1024]);
});

test("an error in a user's file begins with its path", async () => {
  const path = join(root, "broken.npz");
  writeFileSync(path, "no zip");
  await expect(loadDataset(path)).rejects.toThrow(`${path}: Not a zip archive`);
});

const dir = realDataDir("mnist");

test.skipIf(!dir)("MNIST is loaded whole", async () => {
  const { train, test, classes } = await loadDataset("mnist", { dataDir: dir });
  expect([train.count, test.count, classes.length]).toEqual([60_000, 10_000, 10]);
  expect([...train.labels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
  expect([...test.labels.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
  const perDigit = new Array<number>(10).fill(0);
  for (const label of train.labels) perDigit[label]!++;
  expect(perDigit).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
});

test.skipIf(!dir)("MNIST's files are not taken for Fashion-MNIST's of the same names", async () => {
  const load = loadDataset("fashion-mnist", { dataDir: join(dir!, "mnist") });
  await expect(load).rejects.toThrow("are those of mnist, not fashion-mnist");
});
