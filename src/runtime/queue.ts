/** Work that must not overlap, done in the order it was asked for. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  /** Starts work when all before it has ended, well or badly; the result is its own. */
  add<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}
