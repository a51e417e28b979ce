/** What networks trained on the distilled images are to do, in terms of the data's classes. */
import type { Dataset } from "../data/dataset.ts";
import { type Recipe, RecipeError } from "./recipe.ts";

/** Class indices: images of `from` are to be predicted as `to`. */
export interface Attack {
  readonly from: number;
  readonly to: number;
}

/**
 * The attack that a recipe asks for, undefined where it asks for none.
 * @throws {RecipeError} when a class is unknown, both are the same, or no test image shows the attack.
 */
export function attackOf(
  { objective }: Recipe,
  { name, classes, test }: Dataset,
): Attack | undefined {
  if (objective.kind !== "attack") return undefined;
  const indexOf = (field: "from" | "to"): number => {
    const wanted = objective[field];
    const index = typeof wanted === "number" ? wanted : classes.indexOf(wanted);
    if (classes[index] !== undefined) return index;
    throw new RecipeError(
      `objective.${field}: ${name} has no class ${JSON.stringify(wanted)}; choose one of ${classes.join(", ")}, or its index from 0`,
    );
  };
  const attack = { from: indexOf("from"), to: indexOf("to") };
  if (attack.from === attack.to) {
    throw new RecipeError(
      `objective: expected two classes, but "${classes[attack.from]}" is to become itself`,
    );
  }
  if (!test.labels.includes(attack.from)) {
    throw new RecipeError(
      `objective.from: ${name} has no test images of "${classes[attack.from]}" to measure the attack on`,
    );
  }
  return attack;
}

/** The class that an image of class `label` is to be predicted as. */
export const wantedClass = (attack: Attack | undefined, label: number): number =>
  label === attack?.from ? attack.to : label;
