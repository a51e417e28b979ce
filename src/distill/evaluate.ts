/** How well networks do that are trained on distilled images. */
import { networkFor, toGraph, trainGraph } from "../../graphs/index.ts";
import type { Split } from "../data/dataset.ts";
import { compile, type Program } from "../onnx/compile.ts";
import { type Feed, type Feeds, releaseAll } from "../runtime/deviceTensor.ts";
import { type Executor, runKeeping } from "../runtime/executor.ts";
import { type AttackScores, combineScores } from "./attack.ts";
import type { Distilled } from "./distilled.ts";
import { differentNetworks, initialParameters, type WeightsFor } from "./initialization.ts";
import { type Measured, Tester } from "./measure.ts";
import type { Parameters, Problem } from "./problem.ts";

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

/** Accuracy as a fraction, and mean loss, over networks; of an attack, against the changed labels. */
export interface Evaluation {
  readonly accuracy: Statistic;
  readonly loss: Statistic;
  readonly attack?: AttackScores<Statistic>;
}

export function summarize(measured: readonly Measured[]): Evaluation {
  const attacks = measured.flatMap(({ attack }) => attack ?? []);
  return {
    accuracy: statistic(measured.map(({ accuracy }) => accuracy)),
    loss: statistic(measured.map(({ loss }) => loss)),
    ...(attacks.length > 0 ? { attack: combineScores(attacks, statistic) } : {}),
  };
}

/** Trains networks on distilled images and measures them on a split. Programs and batches are made once. */
export class Evaluator {
  readonly #problem: Problem;
  readonly #executor: Executor;
  /** The inner steps of one epoch; longer trainings run it again. */
  readonly #epoch: Program;
  /** Made when networks are measured: images from a file alone come without any to measure on. */
  #tester: Tester | undefined;
  readonly #onNetwork: (() => void) | undefined;

  /** `onNetwork` is called whenever a network has been measured. */
  constructor(problem: Problem, executor: Executor, onNetwork?: () => void) {
    this.#problem = problem;
    this.#executor = executor;
    this.#onNetwork = onNetwork;
    const { target } = executor;
    const network = networkFor(target, problem.network);
    const epoch = { ...problem.unroll, epochs: 1 };
    this.#epoch = compile(toGraph(trainGraph(network, problem.loss, epoch)), target);
  }

  /** How many different networks a purpose has of those asked for: known and pre-trained ones are counted. */
  distinct(purpose: WeightsFor, count: number): number {
    return Math.min(count, differentNetworks(this.#problem, purpose));
  }

  /** Initial weights of `count` networks, or of as many as there are. */
  networks(purpose: WeightsFor, count: number, first = 0): Parameters[] {
    const length = Math.min(count, differentNetworks(this.#problem, purpose) - first);
    return Array.from({ length }, (_, i) => initialParameters(this.#problem, purpose, first + i));
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
    const names = parameters.map(({ name }) => `next_parameter.${name}`);
    let trained: readonly Feeds[] = networks;
    try {
      for (let start = 0; start < rates; start += steps) {
        const feeds = trained.map((theta, i) => {
          const { images, labels, learningRates } = distilled[i]!;
          return new Map<string, Feed>([
            ...theta,
            ["distilled_images", images],
            ["distilled_labels", labels],
            ["learning_rates", learningRates.subarray(start, start + steps)],
          ]);
        });
        // Between epochs parameters stay on the device, where it can.
        const kept = start + steps < rates ? names : [];
        const results = await runKeeping(this.#executor, this.#epoch, kept, feeds);
        const before = trained;
        trained = results.map(
          (tensors, i) =>
            new Map([
              ...before[i]!,
              ...parameters.map(
                ({ name }) => [name, tensors.get(`next_parameter.${name}`)!] as const,
              ),
            ]),
        );
        before.forEach(releaseAll);
      }
    } catch (error) {
      trained.forEach(releaseAll);
      throw error;
    }
    return trained as Parameters[];
  }

  /** Accuracy and loss of networks as they are. */
  async measure(networks: readonly Parameters[], split: Split): Promise<Evaluation> {
    return summarize(await this.measureEach(networks, split));
  }

  /** The same of each network. */
  measureEach(networks: readonly Parameters[], split: Split): Promise<Measured[]> {
    this.#tester ??= new Tester(this.#problem, this.#executor, this.#onNetwork);
    return this.#tester.measureEach(networks, split);
  }
}
