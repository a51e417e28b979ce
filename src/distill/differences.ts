/** Where two recipes differ. */
import type { Recipe } from "./recipe.ts";

export interface Difference {
  /** Dotted, as `--set` takes it. */
  readonly field: string;
  /** Undefined where the recipe has no such field. */
  readonly first: unknown;
  readonly second: unknown;
}

/** The fields in which two recipes differ; lists count as one value. */
export function recipeDifferences(first: Recipe, second: Recipe): Difference[] {
  const [a, b] = [valuesOf(first), valuesOf(second)];
  const fields = [...new Set([...a.keys(), ...b.keys()])];
  return fields
    .map((field) => ({ field, first: a.get(field), second: b.get(field) }))
    .filter((one) => JSON.stringify(one.first) !== JSON.stringify(one.second));
}

function valuesOf(recipe: Recipe): Map<string, unknown> {
  const list = (value: unknown, path: string): [string, unknown][] =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.entries(value).flatMap(([key, entry]) => list(entry, path ? `${path}.${key}` : key))
      : [[path, value]];
  return new Map(list(recipe, "").filter(([, value]) => value !== undefined));
}
