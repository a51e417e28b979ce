/** What is computed: networks, losses and the graphs of a recipe. Pure; no I/O. */
import { evaluateGraph } from "./evaluate.ts";
import { innerStepGraph, innerStepVjpGraph } from "./innerStep.ts";
import type { LossName } from "./losses.ts";
import { metaGradientGraph, type Unroll } from "./metaGradient.ts";
import type { Network } from "./network.ts";
import { outerLossGraph } from "./outerLoss.ts";
import type { RecipeGraph } from "./recipeGraph.ts";

export { certificateGraph } from "./certificate.ts";
export { evaluateGraph } from "./evaluate.ts";
export { innerStepGraph, innerStepVjpGraph } from "./innerStep.ts";
export * from "./losses.ts";
export { metaGradientGraph, type Unroll } from "./metaGradient.ts";
export * from "./network.ts";
export { isWide, networkFor, WIDE } from "./networkFor.ts";
export * from "./networks/index.ts";
export { outerLossGraph } from "./outerLoss.ts";
export { type Port, type RecipeGraph, toGraph } from "./recipeGraph.ts";
export { trainGraph } from "./train.ts";
export { type AdamConstants, type TrainingSteps, trainingStepsGraph } from "./trainingSteps.ts";

/** All five graphs, in the order of the manifest. */
export const recipeGraphs = (network: Network, loss: LossName, unroll: Unroll): RecipeGraph[] => [
  innerStepGraph(network, loss, unroll.imagesPerStep),
  innerStepVjpGraph(network, loss, unroll.imagesPerStep),
  outerLossGraph(network, loss, unroll.batch),
  metaGradientGraph(network, loss, unroll),
  evaluateGraph(network, loss, unroll.batch),
];
