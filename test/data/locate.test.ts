import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { catalogEntry } from "../../src/data/catalog.ts";
import { dataDirs, locateFiles, userDataDir } from "../../src/data/locate.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

const root = temporaryFolder();
const put = (folder: string, names: string[]) => {
  mkdirSync(join(root, folder), { recursive: true });
  for (const name of names) writeFileSync(join(root, folder, name), "");
  return join(root, folder);
};
const find = (name: string, dataDir?: string) => locateFiles(catalogEntry(name)!, dataDir);
const mnistFiles = (suffix = "") =>
  ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"].map(
    (name) => `${name}-ubyte${suffix}`,
  );

afterEach(() => vi.unstubAllEnvs());

test("the given folder comes first, then ONNX_DISTILL_DATA, ./data and the user's folder", () => {
  vi.stubEnv("ONNX_DISTILL_DATA", "/from/environment");
  const dirs = dataDirs("/given");
  expect(dirs.map((dir) => dir.replace(/^[A-Z]:/, "").replaceAll("\\", "/")).slice(0, 2)).toEqual([
    "/given",
    "/from/environment",
  ]);
  expect(dirs.slice(2)).toEqual([join(process.cwd(), "data"), userDataDir()]);
});

test("a folder of the data set's name comes before the files alone, and .gz is optional", async () => {
  const flat = put("a", mnistFiles());
  expect((await find("mnist", flat)).train).toEqual([
    join(flat, "train-images-idx3-ubyte"),
    join(flat, "train-labels-idx1-ubyte"),
  ]);
  const own = put("a/mnist", mnistFiles(".gz"));
  const located = await find("mnist", flat);
  expect(located.folder).toBe(own);
  expect(located.test[1]).toBe(join(own, "t10k-labels-idx1-ubyte.gz"));
});

test("an incomplete folder is passed over for a complete one of a later directory", async () => {
  const given = put("b", []);
  put("b/mnist", mnistFiles().slice(0, 3));
  put("c/MNIST/raw", mnistFiles());
  vi.stubEnv("ONNX_DISTILL_DATA", join(root, "c"));
  expect((await find("mnist", given)).folder).toBe(join(root, "c", "MNIST", "raw"));
});

test("CIFAR-10 files are taken in order of their numbers, each once", async () => {
  const dir = put("d", [
    "train_10.bin.gz",
    "train_2.bin",
    "train_2.bin.gz",
    "test_0.bin.gz",
    "train_index.u16",
  ]);
  const { train, test } = await find("cifar10", dir);
  expect(train).toEqual([join(dir, "train_2.bin"), join(dir, "train_10.bin.gz")]);
  expect(test).toEqual([join(dir, "test_0.bin.gz")]);
  const original = put("d/cifar10", ["data_batch_2.bin", "data_batch_1.bin", "test_batch.bin"]);
  expect((await find("cifar10", dir)).train).toEqual([
    join(original, "data_batch_1.bin"),
    join(original, "data_batch_2.bin"),
  ]);
});

test("USPS is found as IDX and as the book site's text", async () => {
  const dir = put("e", ["zip.train.gz", "zip.test.gz"]);
  expect((await find("usps", dir)).layout.kind).toBe("usps-text");
  const idx = ["train", "test"].flatMap((part) => [
    `usps-${part}-images-idx3-ubyte.gz`,
    `usps-${part}-labels-idx1-ubyte.gz`,
  ]);
  put("e", idx);
  expect((await find("usps", dir)).layout.kind).toBe("idx");
});

test("missing data is one error with the files, the folders and the ways to get them", async () => {
  vi.stubEnv("ONNX_DISTILL_DATA", "");
  const dir = put("f", []);
  const nowhere = { ...catalogEntry("cifar10")!, folders: ["nowhere"] };
  const error: Error = await locateFiles(nowhere, dir).then(
    () => expect.fail("found"),
    (reason) => reason,
  );
  expect(error.message).toContain("data_batch_1.bin[.gz] ... data_batch_5.bin[.gz]");
  expect(error.message).toContain(`${join(dir, "nowhere")} (no such folder)`);
  expect(error.message).toContain(join(userDataDir(), "nowhere"));
  expect(error.message).toContain("onnx-distill fetch cifar10");
  expect(error.message).toContain("put the files in a folder DIR/cifar10 and pass --data DIR");
});
