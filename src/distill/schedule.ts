/** How the outer rate changes over a run. */
import type { Recipe } from "./recipe.ts";

type Schedule = Recipe["outer"]["schedule"];

/** Factor of the outer rate in iteration `iteration` (from 0) of `iterations`. */
export function scheduleFactor(schedule: Schedule, iteration: number, iterations: number): number {
  switch (schedule.kind) {
    case "constant":
      return 1;
    case "cosine":
      return (1 + Math.cos((Math.PI * iteration) / iterations)) / 2;
    case "step":
      return schedule.factor ** Math.floor(iteration / schedule.every);
  }
}
