/** A run that takes a moment, in Node and in a page: LeNet on a few stroke digits. */
import type { Dataset } from "../../src/data/dataset.ts";
import { strokeDigitsDataset } from "../../src/data/strokeDigitsDataset.ts";
import type { Recipe } from "../../src/distill/recipe.ts";
import { recipeNamed } from "../../src/distill/recipes.ts";

const quickstart = recipeNamed("quickstart")!;

/** A point of the curve, and so a checkpoint, after every sixth iteration. */
export const digitsRecipe = (iterations: number): Recipe => ({
  ...quickstart,
  name: "digits",
  outer: { ...quickstart.outer, iterations, batch: 32 },
  evaluation: { every: 6, heldOut: 50, networks: 1, testNetworks: 1 },
});

export const digits = (): Dataset => strokeDigitsDataset({ seed: 1, train: 300, test: 100 });
