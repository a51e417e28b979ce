/** Learning rates distilled for images that stay as they are. */
import type { Executor } from "../runtime/executor.ts";
import { initialDistilled, inverseSoftplus, realLabels } from "./distilled.ts";
import { planMetaGradient } from "./plan.ts";
import type { Problem } from "./problem.ts";
import { DivergenceError, initialState, Trainer } from "./trainer.ts";

export interface LearnedRatesOptions {
  readonly iterations: number;
  /** Bytes that all lanes together may use. */
  readonly memory: number;
  onIteration?(done: number, total: number): void;
}

/** Adam's rate for the rates before softplus, falling to zero over the iterations. */
const OUTER_RATE = 0.05;

/**
 * Learns the rates [S*E] of the recipe's own steps and epochs for given images [S,n,C,H,W], from one equal rate on, by
 * the recipe's outer loop. Where an iteration diverges, the rates before it are kept. The plan is made once, for all
 * images given later.
 * @throws {RangeError} when one meta-gradient does not fit the memory.
 */
export function learnedRates(
  problem: Problem,
  executor: Executor,
  { iterations, memory, onIteration }: LearnedRatesOptions,
): (images: Float32Array, initialRate: number) => Promise<Float32Array> {
  const { recipe } = problem;
  const { target } = executor;
  const rates: Problem = {
    ...problem,
    recipe: {
      ...recipe,
      labels: "hard",
      learningRate: { ...recipe.learningRate, learned: true, outerFactor: 1 },
      outer: { ...recipe.outer, iterations, rate: OUTER_RATE, schedule: { kind: "cosine" } },
    },
  };
  const plan = planMetaGradient(rates, { target, lanes: executor.lanes, memory });
  return async (images, initialRate) => {
    const rawRates = initialDistilled(rates).rawRates.fill(inverseSoftplus(initialRate));
    const start = { images, labels: realLabels(rates), rawRates };
    const trainer = new Trainer(rates, executor, plan, initialState(rates, start), false);
    try {
      for (let i = 0; i < iterations; i++) {
        await trainer.step();
        onIteration?.(i + 1, iterations);
      }
    } catch (error) {
      if (!(error instanceof DivergenceError)) throw error;
    }
    return trainer.distilled.learningRates;
  };
}
