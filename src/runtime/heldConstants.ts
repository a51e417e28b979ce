/** Constant feeds of a program that a device has in its memory already. */
import { isConstant } from "./feeds.ts";

/** How a device takes numbers and gives their memory back. */
export interface Uploads<Tensor> {
  upload(data: Float32Array, shape: readonly number[]): Promise<Tensor>;
  dispose(tensor: Tensor): void;
}

/**
 * One tensor for each input: what is declared constant and fed twice in a row is uploaded and stays until another
 * constant takes its place so. Constants that take turns are fed as they are.
 */
export class HeldConstants<Tensor> {
  readonly #uploads: Uploads<Tensor>;
  readonly #last = new Map<string, Float32Array>();
  readonly #held = new Map<string, { readonly data: Float32Array; readonly tensor: Tensor }>();

  constructor(uploads: Uploads<Tensor>) {
    this.#uploads = uploads;
  }

  /** The device's copy of what is fed to an input; undefined where it has none. */
  async get(
    name: string,
    data: Float32Array,
    shape: readonly number[],
  ): Promise<Tensor | undefined> {
    const held = this.#held.get(name);
    if (held?.data === data) return held.tensor;
    const isRepeated = this.#last.get(name) === data;
    this.#last.set(name, data);
    if (!isRepeated || !isConstant(data)) return undefined;
    const tensor = await this.#uploads.upload(data, shape);
    if (held) this.#uploads.dispose(held.tensor);
    this.#held.set(name, { data, tensor });
    return tensor;
  }

  release(): void {
    for (const { tensor } of this.#held.values()) this.#uploads.dispose(tensor);
    this.#held.clear();
  }
}
