import { createProblem, type Problem } from "../../src/distill/problem.ts";
import type { Recipe } from "../../src/distill/recipe.ts";
import { recipes } from "../../src/distill/recipes.ts";
import { stripes } from "../stripesData.ts";

const [quickstart] = recipes as [Recipe];

type Changes = Partial<Omit<Recipe, "outer" | "evaluation">> & {
  readonly outer?: Partial<Recipe["outer"]>;
  readonly evaluation?: Partial<Recipe["evaluation"]>;
};

/** The stripes with a fully connected network; 200 images to train on, 40 held out. */
export function stripesProblem({ outer, evaluation, ...changes }: Changes = {}): Problem {
  const recipe: Recipe = {
    ...quickstart,
    network: "mlp",
    ...changes,
    outer: { ...quickstart.outer, batch: 32, ...outer },
    evaluation: { ...quickstart.evaluation, heldOut: 40, ...evaluation },
  };
  return createProblem(recipe, stripes());
}
