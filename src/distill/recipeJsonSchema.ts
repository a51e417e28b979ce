/** The schema of recipe files for other tools. Apart from the recipes, since a page has no use for its size. */
import * as z from "zod/mini";
import { recipeSchema } from "./recipe.ts";

/** JSON Schema of recipe files. */
export const recipeJsonSchema = (): object =>
  z.toJSONSchema(recipeSchema, { unrepresentable: "any", io: "input" });
