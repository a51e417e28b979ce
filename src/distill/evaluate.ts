/** How well networks do that are trained on distilled images. */
import { networkFor, toGraph, trainGraph } from "../../graphs/index.ts";
import type { Split } from "../data/dataset.ts";
import { compile, type Program } from "../onnx/compile.ts";
import type { Executor } from "../runtime/executor.ts";
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
  readonly #train: Program;
  readonly #tester: Tester;

  /** `onNetwork` is called whenever a network has been measured. */
  constructor(problem: Problem, executor: Executor, onNetwork?: () => void) {
    this.#problem = problem;
    this.#executor = executor;
    this.#tester = new Tester(problem, executor, onNetwork);
    const { target } = executor;
    const network = networkFor(target, problem.network);
    this.#train = compile(toGraph(trainGraph(network, problem.loss, problem.unroll)), target);
  }

  /** How many different networks there are to evaluate of those asked for: known and pre-trained ones are counted. */
  distinct(count: number): number {
    return Math.min(count, differentNetworks(this.#problem, "evaluation"));
  }

  /** Initial weights of `count` networks, or of as many as there are. */
  networks(purpose: WeightsFor, count: number, first = 0): Parameters[] {
    const length = Math.min(count, differentNetworks(this.#problem, purpose) - first);
    return Array.from({ length }, (_, i) => initialParameters(this.#problem, purpose, first + i));
  }

  /** The networks after all inner steps on the distilled images. */
  async trained(networks: readonly Parameters[], distilled: Distilled): Promise<Parameters[]> {
    const results = await this.#executor.run(
      this.#train,
      networks.map(
        (parameters) =>
          new Map([
            ...parameters,
            ["distilled_images", distilled.images],
            ["distilled_labels", distilled.labels],
            ["learning_rates", distilled.learningRates],
          ]),
      ),
    );
    const { parameters } = this.#problem.network;
    return results.map(
      (tensors) =>
        new Map(parameters.map(({ name }) => [name, tensors.get(`next_parameter.${name}`)!])),
    );
  }

  /** Accuracy and loss of networks as they are. */
  async measure(networks: readonly Parameters[], split: Split): Promise<Evaluation> {
    return summarize(await this.measureEach(networks, split));
  }

  /** The same of each network. */
  measureEach(networks: readonly Parameters[], split: Split): Promise<Measured[]> {
    return this.#tester.measureEach(networks, split);
  }
}
