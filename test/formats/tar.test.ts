import { expect, test } from "vitest";
import { tarFiles } from "../../src/formats/tar.ts";
import { expectCleanErrors } from "./mutations.ts";
import { tarArchive } from "./tarArchive.ts";

const archive = tarArchive(
  new Map([
    ["folder/a.bin", new Uint8Array(513).fill(7)],
    ["b.txt", Uint8Array.of(1)],
  ]),
);

test("the regular files of an archive are listed with their contents", () => {
  expect(tarFiles(archive)).toEqual([
    { name: "folder/a.bin", content: new Uint8Array(513).fill(7) },
    { name: "b.txt", content: Uint8Array.of(1) },
  ]);
});

test("cut-off and damaged archives are refused", () => {
  expect(() => tarFiles(archive.subarray(0, 700))).toThrow("cut off inside a file");
  expect(() => tarFiles(archive.subarray(0, -1024))).toThrow("no end block");
  const damaged = archive.slice();
  damaged[3]! ^= 1;
  expect(() => tarFiles(damaged)).toThrow("wrong header checksum at offset 0");
});

test("cut-off and changed archives give clean errors", async () => {
  await expectCleanErrors(archive, tarFiles);
});
