/** Ordinary training of networks on a data set: minibatches in random order, Adam, step decay (Wang et al. 2018, section 4). */
import {
  type AdamConstants,
  type Network,
  networkFor,
  type TrainingSteps,
  toGraph,
  trainingStepsGraph,
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
  /** Weights that all networks begin with, instead of fresh ones. */
  readonly start?: Parameters;
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

/** How far the networks are; both counts begin at 1. */
export interface TrainingProgress {
  readonly step: number;
  readonly steps: number;
  /** Mean loss of the networks on the batches of the last steps, before them. */
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
 * @throws the signal's reason, between two runs of a few steps, once it is aborted.
 */
export async function trainNetworks(
  pretraining: Pretraining,
  indices: readonly number[],
  executor: Executor,
  { resume, signal, onStep, onEpoch }: TrainingOptions = {},
): Promise<TrainedNetwork[]> {
  const { network, dataset, schedule } = pretraining;
  const buffers = network.bufferValues ?? new Map();
  const { run: perRun, epoch: perEpoch } = stepsOf(schedule, dataset.train.count);
  const steps = perEpoch * schedule.epochs;
  const programOf = programs(pretraining, executor.target);
  // The images of a run's batches follow each other in the order of the epoch, as those of one large batch would.
  const images = perRun * Math.min(schedule.batch, dataset.train.count);
  const minibatches = indices.map(
    (index) =>
      new Minibatches({ dataset, network }, images, { seed: pretraining.seed, network: index }),
  );
  let states = resume?.tensors ?? indices.map((index) => freshState(pretraining, index));
  let losses: number[][] = indices.map(() => []);
  let step = perEpoch * (resume?.epoch ?? 0);
  let run = Math.ceil(dataset.train.count / images) * (resume?.epoch ?? 0);
  let batches = step < steps ? minibatches.map((batch) => batch.fill(run)) : [];
  while (step < steps) {
    signal?.throwIfAborted();
    const { count } = batches[0]!;
    const inRun = count === images ? perRun : 1;
    const common = stepFeeds(schedule, Math.floor(step / perEpoch), step + 1, inRun);
    const computing = executor.run(
      programOf({ steps: inRun, batch: count / inRun }),
      states.map(
        (state, k) =>
          new Map([
            ...state,
            ...buffers,
            ...common,
            ["images", batches[k]!.images],
            ["labels", batches[k]!.labels],
          ]),
      ),
    );
    // Whatever stops the filling is reported; what the workers then answer is of no use.
    computing.catch(() => {});
    step += inRun;
    run++;
    if (step < steps) batches = minibatches.map((batch) => batch.fill(run));
    const results = await computing;
    states = results.map((tensors) => nextState(network, tensors));
    const ofRun = results.map((tensors) => [...tensors.get("losses")!]);
    ofRun.forEach((entries, k) => void losses[k]!.push(...entries));
    onStep?.({ step, steps, loss: meanOf(ofRun.flat()) });
    if (step % perEpoch === 0 && step < steps) {
      await onEpoch?.({ epoch: step / perEpoch, tensors: states });
      losses = indices.map(() => []);
    }
  }
  return states.map((state, k) => ({
    parameters: new Map([
      ...network.parameters.map(({ name }) => [name, state.get(name)!] as const),
      ...buffers,
    ]),
    losses: losses[k]!,
  }));
}

/** Most steps of one run: what a run costs besides them is then a small part of it. */
const MOST_STEPS = 8;

/**
 * Steps of an epoch and of one run, which divides the epoch's steps of whole batches evenly; what is left over is a
 * smaller batch and a run of its own.
 */
function stepsOf({ batch }: TrainingSchedule, images: number): { run: number; epoch: number } {
  const whole = Math.floor(images / batch);
  let run = Math.max(1, Math.min(MOST_STEPS, whole));
  while (whole % run !== 0) run--;
  return { run, epoch: Math.ceil(images / batch) };
}

/** Programs by their sizes, made when they are first needed. */
function programs({ network, loss }: Pretraining, target: Target) {
  const known = new Map<string, Program>();
  const form = networkFor(target, network);
  return (size: TrainingSteps): Program => {
    const key = `${size.steps} of ${size.batch}`;
    const program =
      known.get(key) ?? compile(toGraph(trainingStepsGraph(form, loss, size, adam)), target);
    known.set(key, program);
    return program;
  };
}

/** Rates and bias corrections of `count` steps from t = 1, 2, ... on, in epoch 0, 1, ... */
function stepFeeds(
  { rate, decayEvery }: TrainingSchedule,
  epoch: number,
  t: number,
  count: number,
): [string, Float32Array][] {
  const decayed = rate * DECAY ** Math.floor(epoch / decayEvery);
  const corrections = Array.from({ length: count }, (_, k) =>
    adam.betas.map((beta) => 1 - beta ** (t + k)),
  );
  return [
    ["learning_rates", new Float32Array(count).fill(decayed)],
    ["bias_corrections", Float32Array.from(corrections.flat())],
  ];
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const moments = ["first_moment", "second_moment"] as const;

/** Weights of network number `index` before its training: Xavier normal, biases zero. */
export const untrainedParameters = (network: Network, seed: number, index: number): Parameters =>
  new Map(
    network.parameters.map(({ name, shape, init }, position) => [
      name,
      initialize(init, shape, random(seed, "pretraining", index, position)),
    ]),
  );

const freshState = (
  { network, seed, start }: Pretraining,
  index: number,
): Map<string, Float32Array> =>
  new Map(
    [...untrainedParameters(network, seed, index)].flatMap(([name, values]) => [
      [name, start?.get(name) ?? values] as const,
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
