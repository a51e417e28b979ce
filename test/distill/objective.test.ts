import { describe, expect, test } from "vitest";
import { selectClasses, selectImages } from "../../src/data/subsets.ts";
import { createProblem } from "../../src/distill/problem.ts";
import { parseRecipe, type Recipe } from "../../src/distill/recipe.ts";
import { recipeJsonSchema } from "../../src/distill/recipeJsonSchema.ts";
import { stripes, stripesRecipe } from "../stripesData.ts";

const problem = (changes: Partial<Recipe>, dataset = stripes()) =>
  createProblem({ ...stripesRecipe, ...changes }, dataset);
const attacking = (from: string | number, to: string | number): Partial<Recipe> => ({
  objective: { kind: "attack", from, to },
});

test("a recipe without objective and loss distils with the loss that fits the classes", () => {
  const { objective, loss, ...older } = stripesRecipe;
  expect(parseRecipe(older)).toEqual({ ...older, objective, loss });
  expect(problem(parseRecipe(older)).attack).toBe(undefined);
  const { required } = recipeJsonSchema() as { required: string[] };
  expect(required).toContain("network");
  expect(required).not.toContain("objective");
});

test("an attack's classes are given by name or index", () => {
  expect(problem(attacking("2", 0)).attack).toEqual({ from: 2, to: 0 });
});

describe("an attack that does not fit its data", () => {
  test.each([
    [
      "plane",
      0,
      'objective.from: stripes has no class "plane"; choose one of 0, 1, 2, or its index',
    ],
    [0, 3, "objective.to: stripes has no class 3; choose one of 0, 1, 2"],
    [1, "1", 'objective: expected two classes, but "1" is to become itself'],
  ])("%s as %s", (from, to, message) => {
    expect(() => problem(attacking(from, to))).toThrow(message);
  });

  test("no test image to measure it on", () => {
    const dataset = stripes();
    const others = [...dataset.test.labels.keys()].filter((i) => dataset.test.labels[i] !== 2);
    const without = { ...dataset, test: selectImages(dataset.test, others) };
    expect(() => problem(attacking(2, 0), without)).toThrow(
      'objective.from: stripes has no test images of "2" to measure the attack on',
    );
  });
});

test("a recipe with a malformed objective is refused", () => {
  const parsing = (objective: unknown) => () => parseRecipe({ ...stripesRecipe, objective });
  expect(parsing({ kind: "attack", from: 0 })).toThrow("objective.to: Invalid input");
  expect(parsing({ kind: "attack", from: -1, to: 0 })).toThrow("objective.from: ");
  expect(parsing({ kind: "adapt" })).toThrow("objective.kind: Invalid discriminator value");
});

test("two classes have one logit unless softmax is asked for; more classes have one each", () => {
  const two = selectClasses(stripes(), [0, 2]);
  const made = (changes: Partial<Recipe>, dataset = two) => {
    const { network, loss, unroll } = problem(changes, dataset);
    return [network.classes, loss, unroll.imagesPerStep];
  };
  const binary = [1, "binary_cross_entropy", 4];
  expect(made({ imagesPerClass: 2 })).toEqual(binary);
  expect(made({ imagesPerClass: 2, loss: "binary_cross_entropy" })).toEqual(binary);
  expect(made({ loss: "softmax_cross_entropy" })).toEqual([2, "softmax_cross_entropy", 2]);
  expect(made({}, stripes())).toEqual([3, "softmax_cross_entropy", 3]);
  expect(() => made({ loss: "binary_cross_entropy" }, stripes())).toThrow(
    "loss: binary_cross_entropy takes two classes, stripes has 3; use softmax_cross_entropy or auto",
  );
});
