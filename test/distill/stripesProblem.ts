import { createProblem, type Problem } from "../../src/distill/problem.ts";
import type { Recipe } from "../../src/distill/recipe.ts";
import { stripes, stripesRecipe } from "../stripesData.ts";

type Changes = Partial<Omit<Recipe, "outer" | "evaluation">> & {
  readonly outer?: Partial<Recipe["outer"]>;
  readonly evaluation?: Partial<Recipe["evaluation"]>;
};

/** The stripes with a fully connected network; 200 images to train on, 40 held out. */
export function stripesProblem({ outer, evaluation, ...changes }: Changes = {}): Problem {
  const recipe: Recipe = {
    ...stripesRecipe,
    ...changes,
    outer: { ...stripesRecipe.outer, ...outer },
    evaluation: { ...stripesRecipe.evaluation, ...evaluation },
  };
  return createProblem(recipe, stripes());
}

/** The same problem; whoever looks at its test images fails. */
export function withoutTest(problem: Problem): Problem {
  const dataset = Object.defineProperty({ ...problem.dataset }, "test", {
    get: () => {
      throw new Error("looked at the test images");
    },
  });
  return { ...problem, dataset };
}
