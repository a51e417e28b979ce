import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseRecipe } from "../../src/distill/recipe.ts";
import { recipes } from "../../src/distill/recipes.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { run } from "./program.ts";

const root = temporaryFolder();

test("recipes lists every built-in recipe with the number to expect", async () => {
  const { code, stdout, stderr } = await run(root, "recipes");
  expect([code, stderr]).toEqual([0, ""]);
  for (const { name, description, expected = "" } of recipes) {
    expect(stdout).toContain(`${name}\n    ${description}`);
    expect(stdout).toContain(expected);
  }
});

test("recipes --json prints them whole: each is a recipe file", async () => {
  const { stdout } = await run(root, "recipes", "--json", "--out=recipes.json");
  const listed = JSON.parse(stdout);
  expect(listed).toEqual(recipes);
  expect(listed.map(parseRecipe)).toEqual(recipes);
  expect(Object.keys(listed[0]).slice(0, 2)).toEqual(["name", "description"]);
  expect(JSON.parse(readFileSync(join(root, "recipes.json"), "utf8"))).toEqual(listed);
});

test("recipes --schema prints the JSON schema of recipe files", async () => {
  const { stdout } = await run(root, "recipes", "--schema");
  const schema = JSON.parse(stdout);
  expect(schema).toMatchObject({ type: "object", additionalProperties: false });
  expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(Object.keys(recipes[0]!)));
  expect(schema.required).not.toContain("expected");
});
