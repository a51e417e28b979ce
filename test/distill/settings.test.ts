import { expect, test } from "vitest";
import { baselineGridFor, baselineRates } from "../../src/distill/settings.ts";
import { stripesRecipe } from "../stripesData.ts";

test("networks that were trained before have smaller rates to choose from too", () => {
  const { rates } = baselineGridFor({ ...stripesRecipe, initialization: "fixed" });
  expect(rates).toEqual(baselineRates);
  for (const initialization of ["fixed-pretrained", "random-pretrained"] as const) {
    const { rates: smaller } = baselineGridFor({ ...stripesRecipe, initialization });
    expect(smaller.slice(-baselineRates.length)).toEqual(baselineRates);
    expect(Math.min(...smaller)).toBeLessThan(Math.min(...baselineRates));
  }
});
