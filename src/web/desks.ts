/** Where networks are trained on the images of runs, bundles and files, and read images afterwards. */
import type { Executor } from "../runtime/executor.ts";
import type { Learner } from "./learner.ts";
import { Stopwatch, timed } from "./stopwatch.ts";

/** A learner, and the time that its programs ran. */
export interface Desk {
  readonly learner: Learner;
  readonly stopwatch: Stopwatch;
}

/** Makes a learner on an executor. */
export type MakeLearner = (executor: Executor) => Learner;

/** Desks by the number of their run or bundle, made when they are first needed. */
export class Desks {
  readonly #desks = new Map<number, Promise<Desk>>();

  /** A desk with all its programs loaded. */
  async open(executor: Executor, makeLearner: MakeLearner): Promise<Desk> {
    const stopwatch = new Stopwatch();
    try {
      const learner = makeLearner(timed(executor, stopwatch));
      await learner.prepare();
      return { learner, stopwatch };
    } catch (error) {
      await executor.close();
      throw error;
    }
  }

  /** The desk of a number; one that could not be made is tried again. */
  of(number: number, executor: () => Executor, makeLearner: MakeLearner): Promise<Desk> {
    const known = this.#desks.get(number);
    if (known) return known;
    const desk = this.open(executor(), makeLearner);
    this.#desks.set(number, desk);
    desk.catch(() => this.#desks.delete(number));
    return desk;
  }

  async close(number: number): Promise<void> {
    const desk = this.#desks.get(number);
    this.#desks.delete(number);
    await (await desk)?.learner.close();
  }
}
