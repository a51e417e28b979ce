import { expect, test } from "vitest";
import { decodeIdx, idxSplit } from "../../src/data/idx.ts";
import { expectCleanErrors } from "../formats/mutations.ts";
import { idxFile } from "./idxFile.ts";

const images = idxFile([2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
const labels = idxFile([2], [3, 9]);

test("images and labels are read", () => {
  expect(decodeIdx(images).shape).toEqual([2, 2, 3]);
  expect(idxSplit(images, labels, [2, 3], 10)).toEqual({
    images: Uint8Array.from({ length: 12 }, (_, i) => i + 1),
    labels: Uint16Array.of(3, 9),
    count: 2,
  });
});

test("malformed files are refused", () => {
  expect(() => decodeIdx(new Uint8Array(3))).toThrow("Not an IDX file");
  expect(() => decodeIdx(images.subarray(1))).toThrow("Not an IDX file");
  expect(() => decodeIdx(images.subarray(0, -1))).toThrow("[2,2,3] needs 12 bytes, got 11");
  const floats = images.slice();
  floats[2] = 0x0d;
  expect(() => decodeIdx(floats)).toThrow("element type 13");
});

test("files that do not belong together are refused", () => {
  expect(() => idxSplit(images, labels, [28, 28], 10)).toThrow("[N,28,28], got [2,2,3]");
  expect(() => idxSplit(images, idxFile([1], [0]), [2, 3], 10)).toThrow(
    "shape [2] like the images",
  );
  expect(() => idxSplit(images, labels, [2, 3], 9)).toThrow("0..8, got 9");
});

test("cut-off and changed files give clean errors", async () => {
  await expectCleanErrors(images, decodeIdx);
});
