/** How well networks do that are trained on distilled images. */
import { evaluateGraph, networkFor, toGraph, trainGraph } from "../../graphs/index.ts";
import { fillBatch, type Split } from "../data/dataset.ts";
import { compile, type Program } from "../onnx/compile.ts";
import { devices } from "../runtime/devices.ts";
import type { Executor } from "../runtime/executor.ts";
import type { Distilled } from "./distilled.ts";
import { initialParameters, type Parameters, type Problem, type WeightsFor } from "./problem.ts";

/** Mean and sample standard deviation over n networks. */
export interface Statistic {
  readonly mean: number;
  readonly std: number;
  readonly n: number;
}

export function statistic(values: readonly number[]): Statistic {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: n > 1 ? Math.sqrt(squares / (n - 1)) : 0, n };
}

/** Accuracy as a fraction, and mean loss, over networks. */
export interface Evaluation {
  readonly accuracy: Statistic;
  readonly loss: Statistic;
}

/** One network: its accuracy as a fraction and its mean loss. */
export interface Measured {
  readonly accuracy: number;
  readonly loss: number;
}

export const summarize = (measured: readonly Measured[]): Evaluation => ({
  accuracy: statistic(measured.map(({ accuracy }) => accuracy)),
  loss: statistic(measured.map(({ loss }) => loss)),
});

/** Images of one run of the evaluation graph. */
const BATCH = 512;

/** Trains networks on distilled images and measures them on a split. Programs and batches are made once. */
export class Evaluator {
  readonly #problem: Problem;
  readonly #executor: Executor;
  /** The inner steps of one epoch; longer trainings run it again. */
  readonly #epoch: Program;
  readonly #evaluate: Program;
  readonly #batches = new Map<Split, RealBatches>();
  readonly #onNetwork: (() => void) | undefined;

  /** `onNetwork` is called whenever a network has been measured. */
  constructor(problem: Problem, executor: Executor, onNetwork?: () => void) {
    this.#problem = problem;
    this.#executor = executor;
    this.#onNetwork = onNetwork;
    const { target } = devices[executor.device];
    const network = networkFor(target, problem.network);
    const epoch = { ...problem.unroll, epochs: 1 };
    this.#epoch = compile(toGraph(trainGraph(network, problem.loss, epoch)), target);
    this.#evaluate = compile(toGraph(evaluateGraph(network, problem.loss, BATCH)), target);
  }

  /** How many different networks there are of those asked for: a fixed initialisation has only one. */
  distinct(count: number): number {
    return this.#problem.recipe.initialization === "fixed" ? 1 : count;
  }

  /** Initial weights of `count` networks, or one for a fixed initialisation. */
  networks(purpose: WeightsFor, count: number, first = 0): Parameters[] {
    return Array.from({ length: this.distinct(count) }, (_, i) =>
      initialParameters(this.#problem, purpose, first + i),
    );
  }

  /** How many networks are worked on at the same time. */
  get lanes(): number {
    return this.#executor.lanes;
  }

  /** The networks after all inner steps on the distilled images. */
  trained(networks: readonly Parameters[], distilled: Distilled): Promise<Parameters[]> {
    return this.trainedEach(
      networks,
      networks.map(() => distilled),
    );
  }

  /**
   * The same where every network has its own images and rates. There may be rates for any number of epochs, the same
   * for all networks.
   * @throws {RangeError} when the rates are not those of whole epochs.
   */
  async trainedEach(
    networks: readonly Parameters[],
    distilled: readonly Distilled[],
  ): Promise<Parameters[]> {
    const { steps } = this.#problem.unroll;
    const { parameters } = this.#problem.network;
    const rates = distilled[0]?.learningRates.length ?? 0;
    if (rates % steps !== 0) {
      throw new RangeError(
        `expected a rate for each of ${steps} steps in every epoch, got ${rates}`,
      );
    }
    let trained = [...networks];
    for (let start = 0; start < rates; start += steps) {
      const feeds = trained.map((theta, i) => {
        const { images, labels, learningRates } = distilled[i]!;
        return new Map([
          ...theta,
          ["distilled_images", images],
          ["distilled_labels", labels],
          ["learning_rates", learningRates.subarray(start, start + steps)],
        ]);
      });
      trained = (await this.#executor.run(this.#epoch, feeds)).map(
        (tensors) =>
          new Map(parameters.map(({ name }) => [name, tensors.get(`next_parameter.${name}`)!])),
      );
    }
    return trained;
  }

  /** Accuracy and loss of networks as they are. */
  async measure(networks: readonly Parameters[], split: Split): Promise<Evaluation> {
    return summarize(await this.measureEach(networks, split));
  }

  /** The same of each network. */
  async measureEach(networks: readonly Parameters[], split: Split): Promise<Measured[]> {
    const batches = this.#batchesOf(split);
    const measured: Measured[] = [];
    for (const parameters of networks) {
      const results = await this.#executor.run(
        this.#evaluate,
        batches.map(
          ({ images, labels }) =>
            new Map([...parameters, ["real_images", images], ["real_labels", labels]]),
        ),
      );
      const total = (name: string): number =>
        results.reduce(
          (sum, tensors, i) => sum + sumOfFirst(tensors.get(name)!, batches[i]!.count),
          0,
        );
      measured.push({
        accuracy: total("correct") / split.count,
        loss: total("loss") / split.count,
      });
      this.#onNetwork?.();
    }
    return measured;
  }

  /** Normalised batches of a split; the last is padded with images that are not counted. */
  #batchesOf(split: Split): RealBatches {
    const known = this.#batches.get(split);
    if (known) return known;
    const { dataset } = this.#problem;
    const [channels, height, width] = dataset.shape;
    const batches = Array.from({ length: Math.ceil(split.count / BATCH) }, (_, b) => {
      const indices = Array.from({ length: BATCH }, (_, i) =>
        Math.min(b * BATCH + i, split.count - 1),
      );
      const images = new Float32Array(BATCH * channels * height * width);
      const labels = new Float32Array(BATCH * dataset.classes.length);
      fillBatch(dataset, split, indices, images, labels);
      return { images, labels, count: Math.min(BATCH, split.count - b * BATCH) };
    });
    this.#batches.set(split, batches);
    return batches;
  }
}

type RealBatches = readonly {
  readonly images: Float32Array;
  readonly labels: Float32Array;
  readonly count: number;
}[];

function sumOfFirst(values: Float32Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i]!;
  return sum;
}
