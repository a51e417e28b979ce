/** A run inside the worker: it iterates, pauses, goes on and is measured in the end. */
import { attackOutcome } from "../distill/attack.ts";
import {
  copyDistilled,
  type Distilled,
  distilledClasses,
  distilledShapes,
  initialDistilled,
  toDistilled,
} from "../distill/distilled.ts";
import { createPace } from "../distill/pace.ts";
import { describePlan, planMetaGradient } from "../distill/plan.ts";
import type { Problem } from "../distill/problem.ts";
import {
  type Checkpoint,
  distil,
  evaluateBaseline,
  evaluateDistilled,
  type Trained,
} from "../distill/run.ts";
import { initialState } from "../distill/trainer.ts";
import { encodeCheckpoint } from "../io/checkpointFile.ts";
import { encodeDistilled } from "../io/distilledFile.ts";
import type { RunState } from "../io/runPictures.ts";
import type { Executor } from "../runtime/executor.ts";
import { interruptible } from "../runtime/interruptible.ts";
import { checkpointOf } from "./checkpointOf.ts";
import type { DistilEvent } from "./events.ts";
import type { FinishedRun, RunSnapshot } from "./finishedRun.ts";
import type { BundledRun } from "./pageBundle.ts";
import { type PaintedImages, paintImages } from "./paintedImages.ts";

/** Bytes that a meta-gradient may take: the memory of wasm ends at 4 GiB. */
const MEMORY = 2 ** 31;
const MILLISECONDS_BETWEEN_IMAGES = 100;
/** Checkpoints whose images are kept for the strip; of more, every second. */
const MOST_STATES = 20;

interface Waiting {
  resolve(checkpoint: Uint8Array): void;
  reject(error: unknown): void;
}

export class WorkerRun {
  readonly problem: Problem;
  readonly #startExecutor: () => Executor;
  readonly #tell: (event: DistilEvent) => void;
  #checkpoint: Checkpoint | undefined;
  #iteration: number;
  #distilled: Distilled;
  #control = new AbortController();
  #paintedAt = Number.NEGATIVE_INFINITY;
  /** Who waits for the checkpoint of a pause. */
  readonly #pausing: Waiting[] = [];
  #goOn: (() => void) | undefined;
  /** Whether it goes on as soon as it has paused. */
  #resumed = false;
  #stopped = false;
  #failure: { readonly error: unknown } | undefined;
  readonly #states: RunState[] = [];
  #measured: FinishedRun | undefined;

  /** @throws when the checkpoint is not one of this problem. */
  constructor(
    problem: Problem,
    resume: Uint8Array | undefined,
    startExecutor: () => Executor,
    tell: (event: DistilEvent) => void,
  ) {
    this.problem = problem;
    this.#startExecutor = startExecutor;
    this.#tell = tell;
    this.#checkpoint = resume && checkpointOf(problem, resume);
    this.#iteration = this.#checkpoint?.state.iteration ?? 0;
    this.#distilled = toDistilled(this.#checkpoint?.state ?? initialDistilled(problem));
  }

  /** What is learned so far, copied. */
  get distilled(): Distilled {
    return copyDistilled(this.#distilled);
  }

  /**
   * Iterates to the end, through pauses, and measures.
   * @throws an error called AbortError once it is stopped.
   */
  async finish(): Promise<FinishedRun> {
    try {
      return await this.#throughPauses();
    } catch (error) {
      this.#failure = { error };
      for (const { reject } of this.#pausing.splice(0)) reject(error);
      throw error;
    }
  }

  async #throughPauses(): Promise<FinishedRun> {
    for (;;) {
      try {
        const trained = await this.#iterate();
        if (trained.finished) return await this.#measure(trained);
      } catch (error) {
        if (error !== this.#control.signal.reason) throw error;
      }
      if (!this.#stopped) await this.#pause();
      if (this.#stopped) throw new DOMException("the run was stopped", "AbortError");
    }
  }

  /**
   * Stops after the iteration in progress; resolves with the checkpoint.
   * @throws why the run ended, where it failed or was stopped.
   */
  pause(): Promise<Uint8Array> {
    if (this.#failure) return Promise.reject(this.#failure.error);
    this.#resumed = false;
    const kept = this.#checkpoint && encodeCheckpoint(this.#checkpoint);
    if (kept && (this.#goOn || this.#measured)) return Promise.resolve(kept);
    const paused = new Promise<Uint8Array>((resolve, reject) => {
      this.#pausing.push({ resolve, reject });
    });
    this.#control.abort();
    return paused;
  }

  resume(): void {
    this.#resumed = true;
    this.#goOn?.();
  }

  /** Ends the run after the iteration in progress; its last checkpoint has been told. */
  stop(): void {
    this.#stopped = true;
    this.#control.abort();
    this.#goOn?.();
  }

  /**
   * What a bundle is made of.
   * @throws Error before the end of the run.
   */
  toBundle(): BundledRun {
    const { problem, distilled } = this;
    if (this.#measured)
      return { problem, distilled, finished: this.#measured, states: this.#states };
    throw new Error(
      "the run is not finished: a bundle claims an accuracy, which is measured at its end",
    );
  }

  snapshot(): RunSnapshot {
    return {
      iteration: this.#iteration,
      distilled: encodeDistilled(this.problem, this.#distilled),
      images: this.#painted(),
      learningRates: [...this.#distilled.learningRates],
    };
  }

  async #iterate(): Promise<Trained> {
    this.#control = new AbortController();
    if (this.#stopped || this.#pausing.length > 0) this.#control.abort();
    const { problem } = this;
    const executor = this.#startExecutor();
    try {
      const layout = this.#checkpoint?.layout;
      const plan = planMetaGradient(problem, {
        target: executor.target,
        lanes: executor.lanes,
        memory: MEMORY,
        kind: layout?.plan,
        splits: layout?.splits,
      });
      await executor.prepare(plan.kind === "unrolled" ? plan.metaGradient : plan.innerStepVjp);
      this.#tellStart(describePlan(plan, executor.lanes));
      const pace = createPace();
      return await distil(problem, {
        executor,
        plan,
        resume: this.#checkpoint,
        start: initialState(problem),
        signal: this.#control.signal,
        storage: {
          event: async (event) => this.#tell({ kind: "point", event }),
          checkpoint: async (checkpoint) => this.#keep(checkpoint),
        },
        onIteration: ({ iteration, iterations, loss, distilled }) => {
          this.#iteration = iteration;
          this.#distilled = distilled;
          pace.add(performance.now(), iteration);
          this.#tell({
            kind: "iteration",
            iteration,
            iterations,
            loss,
            learningRates: [...distilled.learningRates],
            iterationsPerSecond: pace.perSecond(),
          });
          this.#tellImages(iteration === iterations);
        },
      });
    } finally {
      await executor.close();
    }
  }

  async #measure({ distilled, iteration, seconds }: Trained): Promise<FinishedRun> {
    const executor = this.#startExecutor();
    const stoppable = interruptible(executor, this.#control.signal);
    const show =
      (what: string) =>
      (done: number, total: number): void =>
        this.#tell({ kind: "measuring", what, done, total });
    try {
      const { before, after } = await evaluateDistilled(
        this.problem,
        stoppable,
        distilled,
        undefined,
        show("before and after training"),
      );
      const baseline = await evaluateBaseline(this.problem, stoppable, show("random real images"));
      this.#distilled = distilled;
      this.#measured = {
        ...this.snapshot(),
        iteration,
        seconds,
        before: before.accuracy,
        accuracy: after.accuracy,
        baseline,
        attack: attackOutcome(this.problem, before.attack, after.attack),
      };
      this.#settlePause();
      return this.#measured;
    } finally {
      await executor.close();
    }
  }

  #keep(checkpoint: Checkpoint): void {
    this.#checkpoint = structuredClone(checkpoint);
    const { iteration, images } = this.#checkpoint.state;
    this.#states.push({ iteration, images });
    if (this.#states.length > MOST_STATES)
      this.#states.splice(0, Infinity, ...this.#states.filter((_, i) => i % 2 === 1));
    this.#tell({ kind: "checkpoint", iteration, bytes: encodeCheckpoint(checkpoint) });
  }

  async #pause(): Promise<void> {
    this.#settlePause();
    if (this.#resumed) return;
    await new Promise<void>((resolve) => {
      this.#goOn = () => {
        this.#goOn = undefined;
        resolve();
      };
    });
  }

  #settlePause(): void {
    const bytes = encodeCheckpoint(this.#checkpoint!);
    for (const { resolve } of this.#pausing.splice(0)) resolve(bytes);
  }

  #tellStart(plan: string): void {
    const { recipe, dataset, network } = this.problem;
    this.#tell({
      kind: "started",
      plan,
      iterations: recipe.outer.iterations,
      iteration: this.#iteration,
      imageShape: distilledShapes(this.problem).images,
      classes: dataset.classes,
      imageClasses: distilledClasses(this.problem),
      network: network.name,
    });
    this.#tellImages(true);
  }

  #tellImages(always: boolean): void {
    const now = performance.now();
    if (!always && now - this.#paintedAt < MILLISECONDS_BETWEEN_IMAGES) return;
    this.#paintedAt = now;
    this.#tell({ kind: "images", iteration: this.#iteration, ...this.#painted() });
  }

  #painted(): PaintedImages {
    const { images } = distilledShapes(this.problem);
    return paintImages(this.#distilled.images, images, this.problem.dataset.normalization);
  }
}
