/** The graphs of a run's problem. */
import type { Network } from "../../graphs/index.ts";
import { startingDistribution } from "../distill/initialization.ts";
import type { Problem } from "../distill/problem.ts";
import type { GraphOptions } from "./encodedGraphs.ts";

/** What they are made for: their manifest says how the recipe draws weights. */
export const problemGraphOptions = (problem: Problem): GraphOptions => ({
  network: drawnByRecipe(problem),
  loss: problem.loss,
  unroll: problem.unroll,
  normalization: problem.dataset.normalization,
});

const drawnByRecipe = ({ network, recipe }: Problem): Network => ({
  ...network,
  parameters: network.parameters.map((spec) => ({
    ...spec,
    init: startingDistribution(recipe, spec.init),
  })),
});
