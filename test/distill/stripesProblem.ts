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

/** The same problem; whoever looks at its test images or their labels fails. */
export function withoutTest(problem: Problem): Problem {
  const { test, ...dataset } = problem.dataset;
  const look = (): never => {
    throw new Error("looked at the test images");
  };
  const hidden = {
    count: test.count,
    get images() {
      return look();
    },
    get labels() {
      return look();
    },
  };
  return { ...problem, dataset: { ...dataset, test: hidden } };
}
