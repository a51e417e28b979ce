import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { fetchDataset, fetchFiles } from "../../src/data/fetch.ts";
import { loadDataset } from "../../src/data/load.ts";
import type { RemoteFile } from "../../src/data/mirrors.ts";
import { matFile } from "../formats/matFile.ts";
import { tarArchive } from "../formats/tarArchive.ts";
import { realDataDir } from "../realData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { fileServer } from "./fileServer.ts";
import { idxFile } from "./idxFile.ts";

const root = temporaryFolder();
const uspsText = (count: number) => {
  const line = (label: number) => `${label} ${Array(256).fill("-1").join(" ")}\n`;
  const lines = Array.from({ length: count }, (_, i) => line(i % 10));
  return new Uint8Array(gzipSync(lines.join(""), { level: 1 }));
};

test("content of another MD5 is refused and not installed", async () => {
  const fake = new Uint8Array(gzipSync(idxFile([1, 28, 28], new Uint8Array(784))));
  const server = await fileServer({ "train-images-idx3-ubyte.gz": fake });
  for (const [name, what] of [
    ["mnist", "decompressed content"],
    ["fashion-mnist", "file"],
  ] as const) {
    const fetched = fetchDataset(name, root, { mirrors: [server.url] });
    await expect(fetched).rejects.toThrow(
      new RegExp(`MD5 of the ${what} is [0-9a-f]{32}, expected [0-9a-f]{32}; it was not installed`),
    );
    expect(readdirSync(join(root, name))).toEqual([]);
  }
});

test("an archive of another MD5 is refused and not unpacked", async () => {
  const archive = gzipSync(tarArchive(new Map([["data_batch_1.bin", new Uint8Array(3073)]])));
  const server = await fileServer({ "cifar-10-binary.tar.gz": archive });
  const fetched = fetchDataset("cifar10", root, { mirrors: [server.url] });
  await expect(fetched).rejects.toThrow("expected c32a1d4ab5d03f1284b67883e8d87530");
  expect(readdirSync(join(root, "cifar10"))).toEqual([]);
});

test("an archive is unpacked, checked and not downloaded again", async () => {
  const batch = new Uint8Array(2 * 3073);
  const members = new Map([
    ["folder/readme.html", new Uint8Array(3)],
    ["folder/data_batch_1.bin", batch],
    ["folder/test_batch.bin", batch.subarray(0, 3073)],
  ]);
  const archive = gzipSync(tarArchive(members));
  const server = await fileServer({ "small.tar.gz": archive });
  const file: RemoteFile = {
    name: "small.tar.gz",
    urls: [server.url],
    maxBytes: 1e6,
    md5: createHash("md5").update(archive).digest("hex"),
    format: "cifar10-archive",
    images: { "data_batch_1.bin": 2, "test_batch.bin": 1 },
  };
  const dir = join(root, "archive");
  const folder = join(dir, "cifar10");
  const [fetched] = await fetchFiles([file], folder);
  expect(fetched).toEqual({
    name: "small.tar.gz",
    path: folder,
    url: `${server.url}small.tar.gz`,
    verified: "checksum",
  });
  expect(readdirSync(folder).sort()).toEqual(["data_batch_1.bin", "test_batch.bin"]);
  expect((await loadDataset("cifar10", { dataDir: dir })).train.count).toBe(2);

  expect((await fetchFiles([file], folder))[0]!.url).toBeUndefined();
  rmSync(join(folder, "test_batch.bin"));
  writeFileSync(join(folder, "small.tar.gz"), archive);
  expect((await fetchFiles([file], folder))[0]!.url).toBeUndefined();
  expect(readdirSync(folder).sort()).toEqual(["data_batch_1.bin", "test_batch.bin"]);
  expect(server.requests).toHaveLength(1);

  const more = { ...file, images: { ...file.images, "test_batch.bin": 5 } };
  await expect(fetchFiles([more], folder)).rejects.toThrow(
    "test_batch.bin has 1 images, expected 5",
  );
});

test("USPS has no published checksum: structure and counts are checked, and it says so", async () => {
  const files = { "zip.train.gz": uspsText(7291), "zip.test.gz": uspsText(2007) };
  const server = await fileServer(files);
  const mirrors = [server.url.replace(/\/$/, "")];
  const dir = join(root, "whole");
  const fetched = await fetchDataset("usps", dir, { mirrors });
  expect(fetched.map(({ verified }) => verified)).toEqual(["structure", "structure"]);
  expect(fetched[0]!.url).toBe(`${server.url}zip.train.gz`);
  const usps = await loadDataset("usps", { dataDir: dir });
  expect([usps.train.count, usps.test.count]).toEqual([7291, 2007]);

  const again = await fetchDataset("usps", dir, { mirrors });
  expect(again.map(({ url }) => url)).toEqual([undefined, undefined]);
  expect(server.requests).toHaveLength(2);
});

test("a USPS file of another length is refused", async () => {
  const server = await fileServer({ "zip.train.gz": uspsText(10) });
  const fetched = fetchDataset("usps", join(root, "short"), { mirrors: [server.url] });
  await expect(fetched).rejects.toThrow("zip.train.gz has 10 images, expected 7291");
});

test("SVHN's files are checked by reading them", async () => {
  const data = new Uint8Array(2 * 3072);
  const file = matFile([
    { name: "X", shape: [32, 32, 3, 2], data },
    { name: "y", shape: [2, 1], data: [10, 3] },
  ]);
  const server = await fileServer({ "small.mat": file });
  const remote = (count: number, md5?: string): RemoteFile => ({
    name: "small.mat",
    urls: [server.url],
    maxBytes: 1e6,
    md5,
    format: "svhn",
    images: { "small.mat": count },
  });
  const folder = join(root, "svhn");
  await expect(fetchFiles([remote(3)], folder)).rejects.toThrow("has 2 images, expected 3");
  const md5 = createHash("md5").update(file).digest("hex");
  expect((await fetchFiles([remote(2, md5)], folder))[0]!.verified).toBe("checksum");
});

test("a data set that is unknown or generated is an error", async () => {
  await expect(fetchDataset("imagenet", root)).rejects.toThrow(
    '"imagenet" is not known; fetch has mnist, fashion-mnist, usps, svhn, cifar10',
  );
  await expect(fetchDataset("stroke-digits", root)).rejects.toThrow("needs no download");
});

test("an aborted signal stops before anything is asked for", async () => {
  const server = await fileServer({});
  const options = { mirrors: [server.url], signal: AbortSignal.abort(new Error("stopped")) };
  await expect(fetchDataset("mnist", join(root, "never"), options)).rejects.toThrow("stopped");
  expect(server.requests).toEqual([]);
});

const dir = realDataDir("mnist");

test.skipIf(!dir)("the real MNIST passes its checksums and replaces a damaged file", async () => {
  const folder = join(dir!, "mnist");
  const names = readdirSync(folder).filter((name) => name.endsWith(".gz"));
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name))]));
  const server = await fileServer(files);
  const target = join(root, "real");
  mkdirSync(join(target, "mnist"), { recursive: true });
  writeFileSync(join(target, "mnist", "t10k-labels-idx1-ubyte.gz"), "damaged");
  const fetched = await fetchDataset("mnist", target, { mirrors: [server.url] });
  expect(fetched.map(({ verified }) => verified)).toEqual(Array(4).fill("checksum"));
  expect(existsSync(join(target, "mnist", "train-images-idx3-ubyte.gz"))).toBe(true);
  expect((await loadDataset("mnist", { dataDir: target })).test.count).toBe(10_000);
});
