import { expect, test } from "vitest";
import type { Recipe } from "../../src/distill/recipe.ts";
import { recipeNamed } from "../../src/distill/recipes.ts";
import { learnedShape } from "../../src/serve/learnedShape.ts";

const recipe = (changes: Partial<Recipe>): Recipe => ({
  ...recipeNamed("quickstart")!,
  ...changes,
});

test.each([
  [
    "a known data set's",
    recipe({ data: "cifar10", steps: 2 }),
    2 * 10 * 3072,
    2 * 100,
    [2, 10, 3, 32, 32],
    "airplane",
  ],
  [
    "the recipe's own input",
    recipe({ data: "x", input: [1, 4, 9] }),
    2 * 36,
    4,
    [1, 2, 1, 4, 9],
    "0",
  ],
  [
    "square grey images",
    recipe({ data: "x", imagesPerClass: 2 }),
    6 * 64,
    2 * 9,
    [1, 6, 1, 8, 8],
    "0",
  ],
  ["square colour images", recipe({ data: "x" }), 3 * 192, 9, [1, 3, 3, 8, 8], "0"],
  ["two classes with one logit", recipe({ data: "x" }), 2 * 64, 2, [1, 2, 1, 8, 8], "0"],
])("the shape is %s", (_, of, images, labels, shape, name) => {
  const found = learnedShape(of, { images, labels });
  expect([found.shape, found.classes[0]]).toEqual([shape, name]);
});

test("values that are no images of a known shape are an error", () => {
  expect(() => learnedShape(recipe({ data: "x" }), { images: 3 * 7, labels: 9 })).toThrow(
    "the shape of the images is unknown: 21 values in 1 steps of 3 images",
  );
});
