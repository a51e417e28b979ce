import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { downloadFile } from "../../src/data/download.ts";
import type { RemoteFile } from "../../src/data/mirrors.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { fileServer } from "./fileServer.ts";

const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) >> 3);
const root = temporaryFolder();
let folder = "";
let path = "";
let tests = 0;

beforeEach(() => {
  folder = join(root, String(tests++));
  mkdirSync(folder);
  path = join(folder, "file.bin");
});

const remote = (...urls: string[]): RemoteFile => ({
  name: "file.bin",
  urls,
  maxBytes: 1e6,
  format: "idx",
  images: {},
});
const verify = async (part: string) => {
  if (Buffer.compare(readFileSync(part), content) !== 0) throw new Error("wrong bytes");
};
const partOf = (url: string) => `${path}.${new URL(url).host.replace(":", "-")}.part`;

test("a file is downloaded with its progress, and nothing else is left behind", async () => {
  const server = await fileServer({ "file.bin": content });
  const seen: number[] = [];
  const onProgress = (progress: { received: number; total?: number }) => {
    expect(progress.total).toBe(content.length);
    seen.push(progress.received);
  };
  const url = await downloadFile(remote(server.url), path, verify, { onProgress });
  expect(url).toBe(`${server.url}file.bin`);
  expect(readdirSync(folder)).toEqual(["file.bin"]);
  expect(seen.at(-1)).toBe(content.length);
});

test("a broken transfer is resumed where it stopped", async () => {
  const server = await fileServer({ "file.bin": content }, (_, response, count) => {
    if (count > 1) return false;
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 100_000), () => response.destroy());
    return true;
  });
  await downloadFile(remote(server.url), path, verify);
  expect(server.requests).toHaveLength(2);
  expect(server.requests[1]).toMatch(/^file\.bin bytes=[1-9]\d*-$/);
  await verify(path);
});

test("what an earlier run left is continued, also when it was all of it", async () => {
  const server = await fileServer({ "file.bin": content });
  writeFileSync(partOf(server.url), content.subarray(0, 1000));
  await downloadFile(remote(server.url), path, verify);
  writeFileSync(partOf(server.url), content);
  await downloadFile(remote(server.url), path, verify);
  expect(server.requests).toEqual(["file.bin bytes=1000-", "file.bin bytes=300000-"]);
  await verify(path);
});

test("a leftover of other bytes is thrown away and the file downloaded from the start", async () => {
  const server = await fileServer({ "file.bin": content });
  writeFileSync(partOf(server.url), new Uint8Array(1000).fill(77));
  await downloadFile(remote(server.url), path, verify);
  writeFileSync(partOf(server.url), new Uint8Array(400_000));
  await downloadFile(remote(server.url), path, verify);
  await verify(path);
  expect(server.requests.filter((request) => request.endsWith("whole"))).toHaveLength(2);
});

test("a server without ranges is read from the start", async () => {
  const server = await fileServer({}, (_, response) => {
    response.writeHead(200).end(content);
    return true;
  });
  writeFileSync(partOf(server.url), content.subarray(0, 1000));
  await downloadFile(remote(server.url), path, verify);
  await verify(path);
});

test("the next mirror is tried when one fails, and leftovers of the first go", async () => {
  const broken = await fileServer({ "file.bin": content.subarray(0, 5) });
  const missing = await fileServer({});
  const good = await fileServer({ "file.bin": content });
  const url = await downloadFile(remote(broken.url, missing.url, good.url), path, verify);
  expect(url).toBe(`${good.url}file.bin`);
  expect(readdirSync(folder)).toEqual(["file.bin"]);
});

test("wrong bytes everywhere install nothing, and the error says why for each mirror", async () => {
  const wrong = await fileServer({ "file.bin": content.subarray(1) });
  const missing = await fileServer({});
  const download = downloadFile(remote(wrong.url, missing.url), path, verify);
  await expect(download).rejects.toThrow(
    `Could not download file.bin:\n  ${wrong.url}file.bin: wrong bytes\n  ${missing.url}file.bin: HTTP 404`,
  );
  expect(readdirSync(folder)).toEqual([]);
});

test("an unreachable mirror is named with the reason", async () => {
  const download = downloadFile(remote("http://127.0.0.1:9/"), path, verify);
  await expect(download).rejects.toThrow(/127\.0\.0\.1:9\/file\.bin: fetch failed \(.+\)/);
});

test("a file beyond its bound is refused, announced or not", async () => {
  const endless = new Uint8Array(2_000_000);
  const announced = await fileServer({ "file.bin": endless });
  const silent = await fileServer({}, (_, response) => {
    response.writeHead(200);
    response.end(endless);
    return true;
  });
  await expect(downloadFile(remote(announced.url), path, verify)).rejects.toThrow(
    "has 2000000 bytes, more than the 1000000 expected at most",
  );
  await expect(downloadFile(remote(silent.url), path, verify)).rejects.toThrow(
    "sends more than the 1000000 bytes",
  );
});

test("aborting keeps what has arrived and gives the signal's reason", async () => {
  const server = await fileServer({}, (_, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 100_000));
    return true;
  });
  const controller = new AbortController();
  const onProgress = () => controller.abort(new Error("stopped by the user"));
  const download = downloadFile(remote(server.url, "http://127.0.0.1:9/"), path, verify, {
    onProgress,
    signal: controller.signal,
  });
  await expect(download).rejects.toThrow("stopped by the user");
  expect(existsSync(path)).toBe(false);
  expect(readFileSync(partOf(server.url)).length).toBeGreaterThan(0);
});
