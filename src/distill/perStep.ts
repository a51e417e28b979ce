/** How networks do after every inner step. */
import type { Executor } from "../runtime/executor.ts";
import { batchOf, type Distilled } from "./distilled.ts";
import { type Evaluation, Evaluator, summarize } from "./evaluate.ts";
import type { Measured } from "./measure.ts";
import type { Problem } from "./problem.ts";
import { trialGroups } from "./settings.ts";

/** Test accuracy and loss after this many inner steps; 0 is before training. */
export interface StepEvaluation extends Evaluation {
  readonly step: number;
}

/**
 * Accuracy and loss on the test images before training and after each of the S*E inner steps, over the networks that
 * `evaluateDistilled` measures.
 */
export async function evaluatePerStep(
  problem: Problem,
  executor: Executor,
  distilled: Distilled,
  networks = problem.recipe.evaluation.testNetworks,
  onNetwork?: (done: number, total: number) => void,
): Promise<StepEvaluation[]> {
  const { steps } = problem.unroll;
  const { test } = problem.dataset;
  const total = distilled.learningRates.length;
  // An epoch of one batch is one inner step.
  const single = { ...problem, unroll: { ...problem.unroll, steps: 1 } };
  let done = 0;
  const evaluator = new Evaluator(single, executor, () => onNetwork?.(++done, count * (total + 1)));
  const count = evaluator.distinct("evaluation", networks);
  const measured: Measured[][] = Array.from({ length: total + 1 }, () => []);
  for (const group of trialGroups(count, executor.lanes)) {
    let trained = evaluator.networks("evaluation", group.length, group[0]);
    measured[0]!.push(...(await evaluator.measureEach(trained, test)));
    for (let t = 0; t < total; t++) {
      trained = await evaluator.trained(trained, {
        images: batchOf(distilled.images, t % steps, steps),
        labels: batchOf(distilled.labels, t % steps, steps),
        learningRates: distilled.learningRates.subarray(t, t + 1),
      });
      measured[t + 1]!.push(...(await evaluator.measureEach(trained, test)));
    }
  }
  return measured.map((each, step) => ({ step, ...summarize(each) }));
}
