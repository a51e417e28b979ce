import { expect, test } from "vitest";
import { recipeDifferences } from "../../src/distill/differences.ts";
import { stripesRecipe } from "../stripesData.ts";

test("equal recipes have no differences", () => {
  expect(recipeDifferences(stripesRecipe, structuredClone(stripesRecipe))).toEqual([]);
});

test("fields are dotted, lists are one value, absent fields are undefined", () => {
  const other = {
    ...stripesRecipe,
    outer: { ...stripesRecipe.outer, batch: 8, betas: [0.9, 0.999] as [number, number] },
    knownNetworks: 2,
  };
  expect(recipeDifferences(stripesRecipe, other)).toEqual([
    { field: "outer.batch", first: 32, second: 8 },
    { field: "outer.betas", first: [0.5, 0.999], second: [0.9, 0.999] },
    { field: "knownNetworks", first: undefined, second: 2 },
  ]);
});
