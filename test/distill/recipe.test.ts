import { describe, expect, test } from "vitest";
import { createProblem } from "../../src/distill/problem.ts";
import { parseRecipe, RecipeError, recipeFields } from "../../src/distill/recipe.ts";
import { recipeJsonSchema } from "../../src/distill/recipeJsonSchema.ts";
import { recipes } from "../../src/distill/recipes.ts";
import { stripes, stripesRecipe, stripesShape } from "../stripesData.ts";

test("the built-in recipes are valid and have different names", () => {
  for (const recipe of recipes) expect(parseRecipe(recipe)).toEqual(recipe);
  expect(new Set(recipes.map(({ name }) => name)).size).toBe(recipes.length);
});

test("every wrong field is listed with what was expected and what came", () => {
  const wrong = {
    ...stripesRecipe,
    steps: 0,
    learningRate: { initial: "fast", learned: true, outerFactor: 1 },
    initializer: { kind: "normal", std: -1 },
    colour: "red",
  };
  expect(() => parseRecipe(wrong)).toThrow(
    new RecipeError(
      [
        "the recipe is not valid:",
        "  initializer.std: Too small: expected number to be >0, got -1",
        "  steps: Too small: expected number to be >0, got 0",
        '  learningRate.initial: Invalid input: expected number, received string, got "fast"',
        '  recipe: Unrecognized key: "colour"',
      ].join("\n"),
    ),
  );
  expect(() => parseRecipe(7)).toThrow("recipe: Invalid input: expected object");
});

test("recipes from before augmentation and image sizes existed are read as they ran", () => {
  const { augmentation, imageSize, ...old } = stripesRecipe;
  expect(parseRecipe(old)).toMatchObject({ augmentation: "none", imageSize: null });
  expect(() => parseRecipe({ ...old, augmentation: "flip" })).toThrow(/augmentation: .*got "flip"/);
  const { required } = recipeJsonSchema() as { required: string[] };
  expect(required).toContain("network");
  expect(required).not.toContain("augmentation");
});

test("built-in recipes of CIFAR-10 and of photographs augment, and no others", () => {
  const augmented = ["cifar10", "voc", "cub200"];
  for (const { data, augmentation } of recipes) {
    expect(augmentation).toBe(augmented.includes(data) ? "crop-flip" : "none");
  }
});

test("fields are listed by their dotted keys", () => {
  expect(recipeFields(stripesRecipe)).toEqual(
    expect.arrayContaining(["data", "outer.betas", "outer.schedule.kind", "evaluation.heldOut"]),
  );
});

test("recipes of earlier versions, without the optional fields, are valid", () => {
  const { expected: _, ...plain } = recipes.find(({ name }) => name === "usps-to-mnist")!;
  const { input: _input, pretraining, ...earlier } = plain;
  expect(parseRecipe({ ...earlier, initialization: "random" })).toEqual({
    ...earlier,
    initialization: "random",
  });
  expect(recipeFields(parseRecipe(earlier))).toEqual(
    expect.arrayContaining(["input", "knownNetworks", "pretraining"]),
  );
  expect(() => parseRecipe({ ...plain, pretraining: { ...pretraining, rate: 0 } })).toThrow(
    "pretraining.rate: Too small: expected number to be >0, got 0",
  );
});

test("the JSON schema describes initialisers too", () => {
  const { properties } = recipeJsonSchema() as { properties: Record<string, unknown> };
  expect(JSON.stringify(properties.initializer)).toContain("kaiming_normal");
});

describe("a recipe that does not fit its data", () => {
  const problem = (changes: object, shape: [number, number, number]) => () =>
    createProblem({ ...stripesRecipe, ...changes }, { ...stripes(), shape });
  const pretraining = {
    data: "stripes.npz",
    epochs: 1,
    batch: 32,
    rate: 0.01,
    decayEvery: 1,
    networks: 5,
    seed: 1,
  };
  const outer = (changes: object) => ({ outer: { ...stripesRecipe.outer, ...changes } });

  test.each([
    [{ network: "vgg" }, /network: "vgg" is not built in; choose one of .*lenet/],
    [outer({ batch: 201 }), "outer.batch: 201 images, but there are 200 to train on"],
    [
      outer({ networks: 2 }),
      "outer.networks: a fixed initialisation has one network, got 2; knownNetworks gives it more",
    ],
    [
      { knownNetworks: 2, ...outer({ networks: 3 }) },
      "outer.networks: a fixed initialisation has 2 networks, got 3",
    ],
    [
      { initialization: "random", knownNetworks: 2 },
      "knownNetworks: a random initialisation has no known networks; leave the field out",
    ],
    [
      { initialization: "random-pretrained" },
      "pretraining: random-pretrained needs to know how networks are trained: data, epochs,",
    ],
    [
      { initialization: "random-pretrained", pretraining, ...outer({ networks: 6 }) },
      "outer.networks: 6 networks, but there are 5 pre-trained ones to sample from",
    ],
  ])("%j", (changes, message) => {
    expect(problem(changes, stripesShape)).toThrow(message);
  });

  test("crop-flip needs images larger than its padding", () => {
    expect(problem({ augmentation: "crop-flip" }, [1, 4, 16])).toThrow(
      "augmentation: crop-flip needs images of more than 4 pixels a side, got 4x16; set it to none",
    );
  });
});
