/** The minibatches that a network is trained on: every image once per epoch, in random order. */
import { random } from "../random/generator.ts";
import { fillRealBatch, type Labelling } from "./labels.ts";

/** A normalised batch: images [n,C,H,W], labels [n,K]. */
export interface Minibatch {
  readonly images: Float32Array;
  readonly labels: Float32Array;
  /** n */
  readonly count: number;
}

export class Minibatches {
  readonly #task: Labelling;
  readonly #size: number;
  readonly #stream: { readonly seed: number; readonly network: number };
  /** A batch is computed with while the next one is filled. */
  readonly #buffers: readonly [Minibatch, Minibatch];
  #order: { readonly epoch: number; readonly indices: Uint32Array } | undefined;

  /** Batches of `size` training images; the last of an epoch holds what is left. The order is the network's own. */
  constructor(task: Labelling, size: number, stream: { seed: number; network: number }) {
    this.#task = task;
    this.#size = Math.min(size, task.dataset.train.count);
    this.#stream = stream;
    this.#buffers = [this.#buffer(this.#size), this.#buffer(this.#size)];
  }

  /** The batch of step 0, 1, ...; its arrays are used again two steps later. */
  fill(step: number): Minibatch {
    const { train } = this.#task.dataset;
    const perEpoch = Math.ceil(train.count / this.#size);
    const start = (step % perEpoch) * this.#size;
    const order = this.#orderOf(Math.floor(step / perEpoch));
    const indices = order.subarray(start, start + this.#size);
    const batch = this.#buffers[step % 2]!;
    const { images, labels } =
      indices.length === batch.count ? batch : this.#part(batch, indices.length);
    fillRealBatch(this.#task, train, indices, { images, labels });
    return { images, labels, count: indices.length };
  }

  #orderOf(epoch: number): Uint32Array {
    if (this.#order?.epoch !== epoch) {
      const { seed, network } = this.#stream;
      const stream = random(seed, "pretraining batches", network, epoch);
      this.#order = { epoch, indices: stream.permutation(this.#task.dataset.train.count) };
    }
    return this.#order.indices;
  }

  #buffer(count: number): Minibatch {
    const { dataset, network } = this.#task;
    const [channels, height, width] = dataset.shape;
    return {
      images: new Float32Array(count * channels * height * width),
      labels: new Float32Array(count * network.classes),
      count,
    };
  }

  /** The first images of a buffer. */
  #part({ images, labels, count }: Minibatch, part: number): Minibatch {
    return {
      images: images.subarray(0, (images.length / count) * part),
      labels: labels.subarray(0, (labels.length / count) * part),
      count: part,
    };
  }
}
