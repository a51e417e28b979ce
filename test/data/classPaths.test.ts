import { expect, test } from "vitest";
import { classPaths } from "../../src/data/classPaths.ts";

test("class folders are found below shared folders, with or without a split", () => {
  expect(classPaths(["top/b/2.png", "top/a/1.png", "top/a/.hidden.png"])).toEqual({
    classes: ["a", "b"],
    train: [
      { path: "top/a/1.png", label: 0 },
      { path: "top/b/2.png", label: 1 },
    ],
  });
  const split = classPaths(["x/train/a/1.png", "x/train/b/sub/2.png", "x/val/b/3.png"]);
  expect(split.classes).toEqual(["a", "b"]);
  expect(split.train.map(({ label }) => label)).toEqual([0, 1]);
  expect(split.test).toEqual([{ path: "x/val/b/3.png", label: 1 }]);
});

test("what the paths lack is an error that says what is expected", () => {
  expect(() => classPaths(["a/1.png", "a/2.png"])).toThrow(
    "There are 1 class folders, expected two or more",
  );
  expect(() => classPaths(["a/1.png", "b/1.png", "2.png"])).toThrow(
    "2.png lies in no class folder.",
  );
  expect(() => classPaths(["train/a/1.png", "train/b/1.png", "test/c/1.png"])).toThrow(
    'test/c/1.png: training has no class "c".',
  );
});
