import { expect, test } from "vitest";
import { recipeNamed } from "../../../src/distill/recipes.ts";
import { studies, studyNamed } from "../../../src/distill/studies/index.ts";
import { plannedParts } from "../../../src/distill/studies/plannedParts.ts";
import { table1 } from "../../../src/distill/studies/table1.ts";

test.each(studies)("$name: every part is a valid recipe", (study) => {
  for (const quick of [false, true]) {
    for (const { part, recipe } of plannedParts(study, { seeds: [1], quick })) {
      expect(recipe).toMatchObject({ name: part.recipe, seed: 1 });
    }
  }
});

test("names of parts are unique, and curves name parts of their study", () => {
  for (const { parts, curves = [] } of studies) {
    const names = parts.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { points } of curves) for (const { part } of points) expect(names).toContain(part);
  }
});

test("the quick budget is a twentieth of the iterations and few networks", () => {
  const [full] = plannedParts(studyNamed("table2")!, { seeds: [1], only: ["usps-to-mnist"] });
  const [quick] = plannedParts(studyNamed("table2")!, {
    seeds: [1],
    only: ["usps-to-mnist"],
    quick: true,
  });
  expect(full!.recipe).toEqual(recipeNamed("usps-to-mnist"));
  expect([full!.transfer, quick!.transfer]).toEqual([true, false]);
  expect(quick!.recipe!.outer.iterations).toBe(full!.recipe!.outer.iterations / 20);
  expect(quick!.recipe!.evaluation.testNetworks).toBe(10);
  expect(quick!.recipe!.pretraining).toMatchObject({
    networks: 8,
    epochs: Math.ceil(full!.recipe!.pretraining!.epochs / 5),
  });
});

test("options come before the parts' own numbers, and each seed is a part of its own", () => {
  const planned = plannedParts(table1, {
    seeds: [4, 7],
    only: ["mnist-random"],
    iterations: 12,
    networks: 3,
  });
  expect(planned.map(({ name, recipe }) => [name, recipe?.seed])).toEqual([
    ["mnist-random-4", 4],
    ["mnist-random-7", 7],
  ]);
  expect(planned[0]!.recipe).toMatchObject({
    outer: { iterations: 12 },
    evaluation: { testNetworks: 3 },
  });
});

test("soft labels differ from hard ones in nothing else", () => {
  const [hard, soft] = ["mnist-random", "mnist-random-soft"].map(
    (name) => plannedParts(table1, { seeds: [1], only: [name] })[0]!.recipe,
  );
  expect(soft).toEqual({ ...hard, labels: "soft" });
});
