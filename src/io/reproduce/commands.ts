/** The commands that make a part by hand. */
import { recipeDifferences } from "../../distill/differences.ts";
import type { Recipe } from "../../distill/recipe.ts";
import { recipeNamed } from "../../distill/recipes.ts";
import type { Comparison } from "../../distill/studies/study.ts";

export interface CommandsOptions {
  readonly recipe: Recipe;
  readonly comparison: Comparison;
  readonly run: string;
  readonly dataDir?: string;
  /** Folder of the pre-trained networks. */
  readonly weights?: string;
}

/** `run` with every field that differs from the built-in recipe, then `baselines` where they are wanted. */
export function partCommands({
  recipe,
  comparison,
  run,
  dataDir,
  weights,
}: CommandsOptions): string[] {
  const named = { ...recipeNamed(recipe.name)!, seed: recipe.seed };
  const settings = recipeDifferences(named, recipe).flatMap(({ field, second }) => [
    "--set",
    `${field}=${typeof second === "string" ? second : JSON.stringify(second)}`,
  ]);
  const data = dataDir ? ["--data", dataDir] : [];
  const networks = weights ? ["--weights", weights] : [];
  const seed = ["--seed", String(recipe.seed)];
  const where = [...data, ...networks];
  const making = ["run", recipe.name, ...seed, ...settings, ...where, "--out", run];
  const comparing = ["baselines", run, ...where];
  const commands = comparison === "baselines" ? [making, comparing] : [making];
  return commands.map((words) => ["onnx-distill", ...words].map(quoted).join(" "));
}

/** A word as a shell takes it. */
const quoted = (word: string): string =>
  /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
