/** The parts of a study with their recipes at a budget: what is run, once for each seed. */
import { parseRecipe, type Recipe } from "../recipe.ts";
import { recipeNamed } from "../recipes.ts";
import type { Comparison, Part, Study } from "./study.ts";

export interface StudyBudget {
  readonly seeds: readonly number[];
  /** The smaller budget that `QUICK_BUDGET` states. */
  readonly quick?: boolean;
  /** Iterations and held-out networks of every part, instead of its own. */
  readonly iterations?: number;
  readonly networks?: number;
  /** Names of the parts that are wanted; all by default. */
  readonly only?: readonly string[];
}

export interface PlannedPart {
  /** Part and seed: the name of its folder and file. */
  readonly name: string;
  readonly part: Part;
  readonly seed: number;
  readonly comparison: Comparison;
  /** Whether it is also measured what the images are good for outside their recipe. */
  readonly transfer: boolean;
  readonly recipe: Recipe;
}

const QUICK = { iterations: 20, testNetworks: 10, pretrained: 8, pretrainingEpochs: 5, points: 5 };

/** What the quick budget is, for the report. */
export const QUICK_BUDGET = `a ${QUICK.iterations}th of the iterations, at most ${QUICK.testNetworks} held-out networks, at most ${QUICK.pretrained} pre-trained networks for distillation, each trained for a fifth of the epochs (at least one); networks wider than LeNet are compared with random real images only, and nothing is measured outside the recipes`;

/**
 * Every part and seed in the study's order.
 * @throws {RecipeError} when the budget makes a recipe that is not valid.
 */
export function plannedParts(study: Study, budget: StudyBudget): PlannedPart[] {
  const { only, quick = false } = budget;
  return study.parts
    .filter(({ name }) => !only || only.includes(name))
    .flatMap((part) =>
      budget.seeds.map((seed) => ({
        name: `${part.name}-${seed}`,
        part,
        seed,
        comparison: (quick && part.quickComparison) || part.comparison,
        transfer: !quick && part.comparison === "baselines",
        recipe: recipeOf(part, seed, budget),
      })),
    );
}

function recipeOf(part: Part, seed: number, budget: StudyBudget): Recipe {
  const named = recipeNamed(part.recipe)!;
  const changed = part.change?.(named) ?? named;
  const recipe = budget.quick ? quickened(changed) : changed;
  const { iterations = recipe.outer.iterations } = budget;
  const { networks: testNetworks = recipe.evaluation.testNetworks } = budget;
  return parseRecipe({
    ...recipe,
    outer: { ...recipe.outer, iterations },
    evaluation: { ...recipe.evaluation, testNetworks },
    seed,
  });
}

function quickened(recipe: Recipe): Recipe {
  const { outer, evaluation, pretraining } = recipe;
  const iterations = Math.ceil(outer.iterations / QUICK.iterations);
  return {
    ...recipe,
    outer: { ...outer, iterations },
    evaluation: {
      ...evaluation,
      every: Math.min(evaluation.every, Math.ceil(iterations / QUICK.points)),
      testNetworks: Math.min(evaluation.testNetworks, QUICK.testNetworks),
    },
    ...(pretraining
      ? {
          pretraining: {
            ...pretraining,
            networks: Math.min(pretraining.networks, QUICK.pretrained),
            epochs: Math.ceil(pretraining.epochs / QUICK.pretrainingEpochs),
          },
        }
      : {}),
  };
}
