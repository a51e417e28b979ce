import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeFileAtomic } from "../../src/io/atomicFile.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

const root = temporaryFolder();

test("writes text and bytes, over an existing file too", async () => {
  const folder = join(root, "written");
  mkdirSync(folder);
  const path = join(folder, "file");
  await writeFileAtomic(path, "hällo");
  expect(readFileSync(path, "utf8")).toBe("hällo");
  await writeFileAtomic(path, Uint8Array.of(1, 2, 3).subarray(1));
  expect([...readFileSync(path)]).toEqual([2, 3]);
  expect(readdirSync(folder)).toEqual(["file"]);
});

test("a failing write leaves nothing behind", async () => {
  const folder = join(root, "failing");
  mkdirSync(join(folder, "occupied"), { recursive: true });
  writeFileSync(join(folder, "occupied", "old"), "old");
  await expect(writeFileAtomic(join(folder, "occupied"), "new")).rejects.toThrow();
  await expect(writeFileAtomic(join(folder, "missing", "file"), "new")).rejects.toThrow("ENOENT");
  expect(readdirSync(folder)).toEqual(["occupied"]);
  expect(readFileSync(join(folder, "occupied", "old"), "utf8")).toBe("old");
});

test("writes to one file at the same time leave one of the contents", async () => {
  const path = join(root, "contended");
  const contents = Array.from({ length: 10 }, (_, i) => String(i).repeat(10_000));
  await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
  expect(contents).toContain(readFileSync(path, "utf8"));
});
