/** The one place where the page's state is: read by rendering it, changed by functions of the old state. */

export class Store<State> {
  #state: State;
  #listener: (() => void) | undefined;
  #due = false;

  constructor(initial: State) {
    this.#state = initial;
  }

  get state(): State {
    return this.#state;
  }

  /** Merges what `change` returns; listeners hear of all changes of a frame together. */
  update(change: (state: State) => Partial<State>): void {
    this.#state = { ...this.#state, ...change(this.#state) };
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      this.#listener?.();
    });
  }

  /** Who draws the state. */
  set listener(listener: () => void) {
    this.#listener = listener;
  }
}
