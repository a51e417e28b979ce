import { describe, expect, test } from "vitest";
import { editDistance, suggest } from "../../src/cli/errors.ts";

const RECIPES = ["quickstart", "mnist-fixed", "mnist-random", "cifar10-fixed", "cifar10-random"];

test("edit distance counts insertions, deletions, replacements and swaps", () => {
  expect(editDistance("", "abc")).toBe(3);
  expect(editDistance("lenet", "lenet")).toBe(0);
  expect(editDistance("lnet", "lenet")).toBe(1);
  expect(editDistance("elnet", "lenet")).toBe(1);
  expect(editDistance("kitten", "sitting")).toBe(3);
});

describe("suggest", () => {
  test("finds names a few typing errors away, the nearest first", () => {
    expect(suggest("mnist-fxied", RECIPES)).toEqual(["mnist-fixed"]);
    expect(suggest("quikstart", RECIPES)).toEqual(["quickstart"]);
    expect(suggest("cifar10-fixde", ["cifar10-fix", "cifar10-fixed"])).toEqual([
      "cifar10-fixed",
      "cifar10-fix",
    ]);
  });

  test("completes a beginning", () => {
    expect(suggest("mnist", RECIPES)).toEqual(["mnist-fixed", "mnist-random"]);
  });

  test("ignores case", () => {
    expect(suggest("LeNet", ["lenet", "mlp"])).toEqual(["lenet"]);
  });

  test("gives at most three names, and none for a strange word", () => {
    expect(suggest("run", ["run1", "run2", "run3", "run4"])).toHaveLength(3);
    expect(suggest("xyzzy", RECIPES)).toEqual([]);
    expect(suggest("m", RECIPES)).toEqual([]);
  });
});
