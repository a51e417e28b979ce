import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeFileAtomic, writeFileAtomicSync } from "../../src/io/atomicFile.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

const root = temporaryFolder();
const writers = {
  writeFileAtomic,
  writeFileAtomicSync: async (path: string, data: string | Uint8Array) =>
    writeFileAtomicSync(path, data),
};

for (const [name, write] of Object.entries(writers)) {
  test(`${name} writes text and bytes, over an existing file too`, async () => {
    const folder = join(root, name);
    mkdirSync(folder);
    const path = join(folder, "file");
    await write(path, "hällo");
    expect(readFileSync(path, "utf8")).toBe("hällo");
    await write(path, Uint8Array.of(1, 2, 3).subarray(1));
    expect([...readFileSync(path)]).toEqual([2, 3]);
    expect(readdirSync(folder)).toEqual(["file"]);
  });

  test(`${name} leaves nothing behind when it fails`, async () => {
    const folder = join(root, `${name}-failing`);
    mkdirSync(join(folder, "occupied"), { recursive: true });
    writeFileSync(join(folder, "occupied", "old"), "old");
    await expect(write(join(folder, "occupied"), "new")).rejects.toThrow();
    await expect(write(join(folder, "missing", "file"), "new")).rejects.toThrow("ENOENT");
    expect(readdirSync(folder)).toEqual(["occupied"]);
    expect(readFileSync(join(folder, "occupied", "old"), "utf8")).toBe("old");
  });
}

test("writes to one file at the same time leave one of the contents", async () => {
  const path = join(root, "contended");
  const contents = Array.from({ length: 10 }, (_, i) => String(i).repeat(10_000));
  await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
  expect(contents).toContain(readFileSync(path, "utf8"));
});
