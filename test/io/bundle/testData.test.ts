import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { catalogEntry } from "../../../src/data/catalog.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { testDataOf } from "../../../src/io/bundle/testData.ts";
import { encodeTestImages } from "../../../src/io/bundle/testImages.ts";
import { decodeSafetensors } from "../../../src/io/safetensors.ts";
import { stripes, stripesRecipe } from "../../stripesData.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";

const dataDir = temporaryFolder();
const recipe = (data: string) => ({ ...stripesRecipe, data });

/** Stripes under the name and shape of a data set, whose files are there, empty. */
function dataset(name: string, files: readonly string[]): Dataset {
  mkdirSync(join(dataDir, name));
  for (const file of files) writeFileSync(join(dataDir, name, file), "");
  return { ...stripes(), name, shape: [...catalogEntry(name)!.shape] };
}

test.each([
  [
    "mnist",
    "idx",
    [
      "train-images-idx3-ubyte",
      "train-labels-idx1-ubyte.gz",
      "t10k-images-idx3-ubyte.gz",
      "t10k-labels-idx1-ubyte",
    ],
    ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"],
  ],
  ["usps", "usps-text", ["zip.train.gz", "zip.test.gz"], ["zip.test"]],
  ["cifar10", "cifar10", ["data_batch_1.bin", "test_batch.bin.gz"], ["test_batch.bin"]],
] as const)(
  "the verifiers look for the files of %s that the run read",
  async (name, format, files, wanted) => {
    const data = dataset(name, files);
    const found = await testDataOf(recipe(name), data, { dataDir });
    const { folders } = catalogEntry(name)!;
    const images_sha256 = createHash("sha256").update(data.test.images).digest("hex");
    expect(found).toEqual({ format, files: wanted, folders, count: 90, images_sha256 });
  },
);

test("images that no verifier can read are left out with the reason, or included where asked for", async () => {
  const svhn = dataset("svhn", ["train_32x32.mat", "test_32x32.mat"]);
  expect(await testDataOf(recipe("svhn"), svhn, { dataDir })).toMatchObject({
    format: "none",
    reason: "the verifiers cannot read the files of svhn",
  });
  const enlarged: Dataset = { ...svhn, name: "usps", shape: [1, 28, 28] };
  expect(await testDataOf(recipe("usps"), enlarged, { dataDir })).toMatchObject({
    format: "none",
    reason: "the images of usps were converted to [1,28,28]",
  });
  const own = { ...stripes(), name: "mnist" };
  expect(await testDataOf(recipe("folder/mnist.npz"), own, { dataDir })).toMatchObject({
    format: "none",
    reason: "the verifiers cannot read the images of mnist",
  });
  expect(await testDataOf(recipe("svhn"), svhn, { dataDir, included: true })).toMatchObject({
    format: "safetensors",
    files: ["test.safetensors"],
  });
});

test("test images that travel are the pixels and labels before normalisation", () => {
  const data = stripes();
  const { tensors } = decodeSafetensors(encodeTestImages(data));
  const { images, labels } = Object.fromEntries(tensors);
  expect([images!.dtype, images!.shape, labels!.dtype, labels!.shape]).toEqual([
    "U8",
    [90, 1, 8, 8],
    "I32",
    [90],
  ]);
  expect(images!.bytes).toEqual(data.test.images);
  expect([...labels!.bytes].filter((_, i) => i % 4 === 0)).toEqual([...data.test.labels]);
});
