/** Ordinary training of networks on a data set: minibatches in random order, Adam, step decay (Wang et al. 2018, section 4). */
import {
  type AdamConstants,
  type Network,
  networkFor,
  toGraph,
  trainingStepGraph,
} from "../../graphs/index.ts";
import { compile, type Program } from "../onnx/compile.ts";
import type { Target } from "../onnx/lowering/index.ts";
import { random } from "../random/generator.ts";
import { initialize } from "../random/initializers.ts";
import type { Executor } from "../runtime/executor.ts";
import type { Task } from "./measure.ts";
import { Minibatches } from "./minibatches.ts";
import type { Parameters } from "./problem.ts";

/** How long and how fast networks are trained. */
export interface TrainingSchedule {
  readonly epochs: number;
  /** Images of a step; the last step of an epoch takes what is left. */
  readonly batch: number;
  /** Adam's rate in the first epoch. */
  readonly rate: number;
  /** Epochs after which the rate is halved, again and again. */
  readonly decayEvery: number;
}

/** What determines a trained network, besides its index. */
export interface Pretraining extends Pick<Task, "network" | "loss" | "dataset"> {
  readonly schedule: TrainingSchedule;
  readonly seed: number;
}

/** The paper's Adam for training networks, and its decay. */
export const adam: AdamConstants = { betas: [0.5, 0.999], epsilon: 1e-8 };
const DECAY = 0.5;

/** Networks between two epochs: their parameters and moments, under the names of the training step's inputs. */
export interface TrainingState {
  /** Epochs done. */
  readonly epoch: number;
  /** In the order of the indices. */
  readonly tensors: readonly ReadonlyMap<string, Float32Array>[];
}

/** A step that was done by all networks; both counts begin at 1. */
export interface TrainingProgress {
  readonly step: number;
  readonly steps: number;
  /** Mean loss of the networks on the batches of this step, before it. */
  readonly loss: number;
}

export interface TrainingOptions {
  /** Where to continue instead of at fresh weights. */
  readonly resume?: TrainingState;
  readonly signal?: AbortSignal;
  onStep?(progress: TrainingProgress): void;
  onEpoch?(state: TrainingState): Promise<void>;
}

/** A network that was trained. */
export interface TrainedNetwork {
  readonly parameters: Parameters;
  /** Loss of every step of the last epoch, before the step. */
  readonly losses: readonly number[];
}

/**
 * Trains the networks of the given indices side by side, one per lane. Network i depends on (seed, i) alone: on its
 * weights and the order of its batches, not on its neighbours.
 * @throws the signal's reason, between two steps, once it is aborted.
 */
export async function trainNetworks(
  pretraining: Pretraining,
  indices: readonly number[],
  executor: Executor,
  { resume, signal, onStep, onEpoch }: TrainingOptions = {},
): Promise<TrainedNetwork[]> {
  const { network, dataset, schedule, seed } = pretraining;
  const { count } = dataset.train;
  const programOf = programs(pretraining, executor.target);
  const minibatches = indices.map(
    (index) => new Minibatches({ dataset, network }, schedule.batch, { seed, network: index }),
  );
  const perEpoch = Math.ceil(count / schedule.batch);
  const steps = perEpoch * schedule.epochs;
  let states = resume?.tensors ?? indices.map((index) => freshState(network, seed, index));
  let losses: number[][] = indices.map(() => []);
  let step = perEpoch * (resume?.epoch ?? 0);
  let batches = step < steps ? minibatches.map((batch) => batch.fill(step)) : [];
  while (step < steps) {
    signal?.throwIfAborted();
    const common = stepFeeds(schedule, Math.floor(step / perEpoch), step + 1);
    const computing = executor.run(
      programOf(batches[0]!.count),
      states.map(
        (state, k) =>
          new Map([
            ...state,
            ...common,
            ["images", batches[k]!.images],
            ["labels", batches[k]!.labels],
          ]),
      ),
    );
    // Whatever stops the filling is reported; what the workers then answer is of no use.
    computing.catch(() => {});
    step++;
    if (step < steps) batches = minibatches.map((batch) => batch.fill(step));
    const results = await computing;
    states = results.map((tensors) => nextState(network, tensors));
    results.forEach((tensors, k) => void losses[k]!.push(tensors.get("loss")![0]!));
    const now = losses.map((ofNetwork) => ofNetwork.at(-1)!);
    onStep?.({ step, steps, loss: now.reduce((sum, loss) => sum + loss, 0) / now.length });
    if (step % perEpoch === 0 && step < steps) {
      await onEpoch?.({ epoch: step / perEpoch, tensors: states });
      losses = indices.map(() => []);
    }
  }
  return states.map((state, k) => ({
    parameters: new Map(network.parameters.map(({ name }) => [name, state.get(name)!])),
    losses: losses[k]!,
  }));
}

/** Programs by the number of images in a batch, made when they are first needed. */
function programs({ network, loss }: Pretraining, target: Target) {
  const known = new Map<number, Program>();
  const form = networkFor(target, network);
  return (batch: number): Program => {
    const program =
      known.get(batch) ?? compile(toGraph(trainingStepGraph(form, loss, batch, adam)), target);
    known.set(batch, program);
    return program;
  };
}

/** Rate and bias corrections of step t = 1, 2, ..., in epoch 0, 1, ... */
function stepFeeds(
  { rate, decayEvery }: TrainingSchedule,
  epoch: number,
  t: number,
): [string, Float32Array][] {
  const decayed = rate * DECAY ** Math.floor(epoch / decayEvery);
  const [beta1, beta2] = adam.betas;
  return [
    ["learning_rate", Float32Array.of(decayed)],
    ["bias_corrections", Float32Array.of(1 - beta1 ** t, 1 - beta2 ** t)],
  ];
}

const moments = ["first_moment", "second_moment"] as const;

/** Weights of network number `index` before its training: Xavier normal, biases zero. */
export const untrainedParameters = (network: Network, seed: number, index: number): Parameters =>
  new Map(
    network.parameters.map(({ name, shape, init }, position) => [
      name,
      initialize(init, shape, random(seed, "pretraining", index, position)),
    ]),
  );

const freshState = (network: Network, seed: number, index: number): Map<string, Float32Array> =>
  new Map(
    [...untrainedParameters(network, seed, index)].flatMap(([name, values]) => [
      [name, values] as const,
      ...moments.map((moment) => [`${moment}.${name}`, new Float32Array(values.length)] as const),
    ]),
  );

const nextState = (
  network: Network,
  tensors: ReadonlyMap<string, Float32Array>,
): Map<string, Float32Array> =>
  new Map(
    network.parameters.flatMap(({ name }) => [
      [name, tensors.get(`next_parameter.${name}`)!] as const,
      ...moments.map(
        (moment) => [`${moment}.${name}`, tensors.get(`next_${moment}.${name}`)!] as const,
      ),
    ]),
  );
