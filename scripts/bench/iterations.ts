/** Iterations of one case, wherever they are computed. */
import { benchCases, benchProblem } from "../../src/bench/cases.ts";
import { planMetaGradient } from "../../src/distill/plan.ts";
import { initialState, Trainer } from "../../src/distill/trainer.ts";
import type { Executor } from "../../src/runtime/executor.ts";

/** Case a at the batch of the recipes. */
export const BATCH = 256;

/** A trainer of the case; each call of the function is some iterations, and returns their milliseconds. */
export function iterations(executor: Executor): (count: number) => Promise<number[]> {
  const problem = benchProblem({ ...benchCases[0]!, batch: BATCH }, { seed: 1 });
  const plan = planMetaGradient(problem, { target: executor.target, lanes: 1, memory: 1e9 });
  const trainer = new Trainer(problem, executor, plan, initialState(problem));
  return async (count) => {
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      await trainer.step();
      times.push(performance.now() - start);
    }
    return times;
  };
}
