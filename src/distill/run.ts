/** A whole run: iterations with checkpoints and a curve, then the final evaluation and its baseline. */
import type { Executor } from "../runtime/executor.ts";
import { type Baseline, randomRealBaseline } from "./baselines/quickRandomReal.ts";
import { copyDistilled, type Distilled } from "./distilled.ts";
import { type Evaluation, Evaluator, type Statistic, summarize } from "./evaluate.ts";
import type { Measured } from "./measure.ts";
import type { Plan } from "./plan.ts";
import type { Problem } from "./problem.ts";
import { baselineRates } from "./settings.ts";
import { DivergenceError, Trainer, type TrainerState } from "./trainer.ts";

/** One line of events.jsonl. */
export interface RunEvent {
  readonly iteration: number;
  /** Training time so far, over all sessions of the run. */
  readonly seconds: number;
  /** Mean over the iterations since the event before. */
  readonly loss: number;
  readonly gradientNorm: number;
  readonly learningRates: readonly number[];
  /** On held-out training images. */
  readonly accuracy?: Statistic;
}

/** The best state so far by held-out accuracy. */
export interface BestState {
  readonly iteration: number;
  readonly accuracy: number;
  readonly distilled: Distilled;
}

/** What a run needs to continue exactly where it was. */
export interface Checkpoint {
  readonly state: TrainerState;
  readonly seconds: number;
  /** Losses of the iterations since the last event. */
  readonly losses: readonly number[];
  readonly best?: BestState;
  /** How gradients are summed: part of the numbers. */
  readonly layout: {
    readonly plan: Plan["kind"];
    readonly splits: number;
    readonly workers: number;
    readonly threads: number;
  };
}

/** Where a run's files go. */
export interface RunStorage {
  event(event: RunEvent): Promise<void>;
  checkpoint(checkpoint: Checkpoint): Promise<void>;
}

export type Select = "last" | "best";

export interface RunOptions {
  readonly executor: Executor;
  readonly plan: Plan;
  readonly storage: RunStorage;
  readonly resume?: Checkpoint;
  readonly start: TrainerState;
  readonly select?: Select;
  /** Stops after the iteration in progress; the state is saved. */
  readonly signal?: AbortSignal;
  onIteration?(progress: {
    iteration: number;
    iterations: number;
    loss: number;
    accuracy?: Statistic;
    /** What is learned so far; the next iteration changes its arrays. */
    distilled: Distilled;
  }): void;
}

/** Seconds between two checkpoints, besides the one at every point of the curve. */
const CHECKPOINT_SECONDS = 30;

export interface Trained {
  readonly distilled: Distilled;
  /** The iteration that `distilled` is from. */
  readonly iteration: number;
  readonly seconds: number;
  readonly finished: boolean;
}

/**
 * Iterates to the recipe's end, or until stopped.
 * @throws {DivergenceError} after saving the last good state.
 */
export async function distil(problem: Problem, options: RunOptions): Promise<Trained> {
  const { executor, plan, storage, signal, select = "last" } = options;
  const { iterations } = problem.recipe.outer;
  const { every, networks } = problem.recipe.evaluation;
  const trainer = new Trainer(problem, executor, plan, options.resume?.state ?? options.start);
  const evaluator = new Evaluator(problem, executor);
  const clock = stopwatch(options.resume?.seconds ?? 0);
  let best = options.resume?.best;
  let losses = [...(options.resume?.losses ?? [])];
  let savedAt = clock();
  const save = async (): Promise<void> => {
    const layout = {
      plan: plan.kind,
      splits: plan.splits,
      workers: executor.lanes,
      threads: executor.threads,
    };
    await storage.checkpoint({ state: trainer.state, seconds: clock(), losses, best, layout });
    savedAt = clock();
  };

  while (trainer.state.iteration < iterations && !signal?.aborted) {
    const result = await trainer.step().catch(async (error) => {
      if (error instanceof DivergenceError) await save();
      throw error;
    });
    losses.push(result.loss);
    const { iteration, loss, gradientNorm } = result;
    const due = iteration % every === 0 || iteration === iterations;
    let accuracy: Statistic | undefined;
    if (due) {
      const trained = await evaluator.trained(
        evaluator.networks("curve", networks),
        trainer.distilled,
      );
      accuracy = (await evaluator.measure(trained, problem.heldOut)).accuracy;
      if (!best || accuracy.mean > best.accuracy) {
        best = { iteration, accuracy: accuracy.mean, distilled: copyDistilled(trainer.distilled) };
      }
      await storage.event({
        iteration,
        seconds: clock(),
        loss: losses.reduce((sum, entry) => sum + entry, 0) / losses.length,
        gradientNorm,
        learningRates: [...trainer.distilled.learningRates],
        accuracy,
      });
      losses = [];
    }
    const { distilled } = trainer;
    options.onIteration?.({ iteration, iterations, loss, accuracy, distilled });
    if (due || clock() - savedAt > CHECKPOINT_SECONDS) await save();
  }
  const finished = trainer.state.iteration >= iterations;
  if (!finished) await save();
  const chosen =
    select === "best" && best
      ? best
      : { iteration: trainer.state.iteration, distilled: trainer.distilled };
  return { distilled: chosen.distilled, iteration: chosen.iteration, seconds: clock(), finished };
}

/** Test accuracy of networks before and after training on the distilled images. */
export interface FinalEvaluation {
  readonly before: Evaluation;
  readonly after: Evaluation;
}

/** Called after each network that is measured. */
export type OnNetwork = (done: number, total: number) => void;

/** Makes, trains and measures as many networks at a time as there are lanes. */
export async function evaluateDistilled(
  problem: Problem,
  executor: Executor,
  distilled: Distilled,
  networks = problem.recipe.evaluation.testNetworks,
  onNetwork?: OnNetwork,
): Promise<FinalEvaluation> {
  const { test } = problem.dataset;
  let done = 0;
  const evaluator = new Evaluator(problem, executor, () => onNetwork?.(++done, 2 * count));
  const count = evaluator.distinct("evaluation", networks);
  const before: Measured[] = [];
  const after: Measured[] = [];
  for (let first = 0; first < count; first += executor.lanes) {
    const initial = evaluator.networks(
      "evaluation",
      Math.min(executor.lanes, count - first),
      first,
    );
    before.push(...(await evaluator.measureEach(initial, test)));
    after.push(...(await evaluator.measureEach(await evaluator.trained(initial, distilled), test)));
  }
  return { before: summarize(before), after: summarize(after) };
}

/** Random real images at the same budget: five sets with five networks each, or ten sets where there is one network. */
export async function evaluateBaseline(
  problem: Problem,
  executor: Executor,
  onNetwork?: OnNetwork,
): Promise<Baseline> {
  let done = 0;
  const evaluator = new Evaluator(problem, executor, () => onNetwork?.(++done, total));
  const several = evaluator.distinct("baseline", 5);
  const options = { draws: several === 1 ? 10 : 5, networks: several };
  const total = (baselineRates.length + options.draws) * options.networks;
  return randomRealBaseline(problem, evaluator, options);
}

/** Seconds since now, on top of what was spent before. */
function stopwatch(before: number): () => number {
  const start = performance.now();
  return () => before + (performance.now() - start) / 1000;
}
