/** The graphs of a run's problem as files. */
import type { Network } from "../../graphs/index.ts";
import { startsAlike } from "../distill/initialization.ts";
import type { Problem } from "../distill/problem.ts";
import type { Target } from "../onnx/lowering/index.ts";
import { type GraphFile, writeGraphs } from "./graphFiles.ts";

/** Writes them with a manifest that says how the recipe draws weights; the portable lowering by default. */
export const writeProblemGraphs = (
  folder: string,
  problem: Problem,
  target?: Target,
): Promise<GraphFile[]> =>
  writeGraphs(folder, {
    network: drawnByRecipe(problem),
    loss: problem.loss,
    unroll: problem.unroll,
    normalization: problem.dataset.normalization,
    target,
  });

const drawnByRecipe = ({ network, recipe }: Problem): Network => ({
  ...network,
  parameters: network.parameters.map((spec) =>
    startsAlike(spec.init) ? spec : { ...spec, init: recipe.initializer },
  ),
});
