/** The recipe that a command is given: a built-in name, or a JSON or YAML file, with --set applied. */
import { readFile } from "node:fs/promises";
import { parse as parseYaml } from "yaml";
import { parseRecipe, type Recipe, RecipeError, recipeFields } from "../distill/recipe.ts";
import { recipeNamed, recipes } from "../distill/recipes.ts";
import { UsageError, unknown } from "./errors.ts";

export interface RecipeOverrides {
  /** `key=value` with a dotted key; the value is read as JSON where it is JSON, else as text. */
  readonly set?: readonly string[];
  readonly seed?: number;
  readonly iterations?: number;
}

/**
 * @throws {UsageError} for an unknown name, field or value.
 */
export async function recipeFrom(nameOrFile: string, overrides: RecipeOverrides): Promise<Recipe> {
  const base = recipeNamed(nameOrFile) ?? (await recipeFile(nameOrFile));
  const changed = structuredClone(base) as Record<string, unknown>;
  for (const assignment of overrides.set ?? []) assign(changed, base, assignment);
  if (overrides.seed !== undefined) changed.seed = overrides.seed;
  if (overrides.iterations !== undefined)
    changed.outer = { ...(changed.outer as object), iterations: overrides.iterations };
  return asUsage(() => parseRecipe(changed));
}

async function recipeFile(path: string): Promise<Recipe> {
  if (!/\.(json|ya?ml)$/.test(path))
    throw unknown(
      "recipe",
      path,
      recipes.map(({ name }) => name),
    );
  const text = await readFile(path, "utf8").catch(() => {
    throw new UsageError(`cannot read the recipe file ${path}`);
  });
  return asUsage(() => {
    try {
      return parseRecipe(parseYaml(text));
    } catch (error) {
      if (error instanceof RecipeError) throw error;
      throw new RecipeError(`${path} is neither JSON nor YAML: ${(error as Error).message}`);
    }
  });
}

function assign(recipe: Record<string, unknown>, base: Recipe, assignment: string): void {
  const [, key, text] = /^([\w.]+)=(.*)$/s.exec(assignment) ?? [];
  if (!key || text === undefined)
    throw new UsageError(`--set takes key=value, got "${assignment}"`);
  const path = key.split(".");
  const last = path.pop()!;
  let parent: Record<string, unknown> | undefined = recipe;
  for (const part of path) parent = isRecord(parent?.[part]) ? parent[part] : undefined;
  const known = recipeFields(base);
  if (!parent || !(last in parent || known.includes(key)))
    throw unknown("recipe field", key, known);
  parent[last] = parseJsonOrText(text);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parseJsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function asUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RecipeError) throw new UsageError(error.message);
    throw error;
  }
}
