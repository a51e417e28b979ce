/** Numbers that stay in a device's memory between runs. */

/**
 * A result that was left on the device: it can be fed to other programs of the same executor, not looked into. It takes
 * the device's memory until it is released.
 */
export class DeviceTensor {
  /** How many numbers there are. */
  readonly length: number;
  readonly #free: () => void;
  #released = false;

  constructor(length: number, free: () => void) {
    this.length = length;
    this.#free = free;
  }

  get released(): boolean {
    return this.#released;
  }

  /** Gives the memory back, once; the tensor cannot be fed any more. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#free();
  }
}

export type Feed = Float32Array | DeviceTensor;

/** Numbers by tensor name, some of them on the device. */
export type Feeds = ReadonlyMap<string, Feed>;

/** Releases those that are on the device. */
export function releaseAll(feeds: Feeds): void {
  for (const feed of feeds.values()) if (feed instanceof DeviceTensor) feed.release();
}
