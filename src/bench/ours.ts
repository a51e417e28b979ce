/** Our side of a case: the trainer itself, and the inputs and gradient that it is held to. */
import { totalmem } from "node:os";
import {
  evaluateGraph,
  metaGradientGraph,
  type RecipeGraph,
  toGraph,
  trainGraph,
  trainingStepsGraph,
} from "../../graphs/index.ts";
import { fillBatch, sampleBatch } from "../data/dataset.ts";
import {
  type Distilled,
  distilledShapes,
  initialDistilled,
  toDistilled,
} from "../distill/distilled.ts";
import { Evaluator } from "../distill/evaluate.ts";
import { initialParameters } from "../distill/initialization.ts";
import type { RealBatch } from "../distill/labels.ts";
import { computeMetaGradient } from "../distill/metaGradient.ts";
import { Minibatches } from "../distill/minibatches.ts";
import { type Plan, planMetaGradient } from "../distill/plan.ts";
import {
  adam,
  type TrainedNetwork,
  trainNetworks,
  untrainedParameters,
} from "../distill/pretraining.ts";
import type { Parameters, Problem } from "../distill/problem.ts";
import { initialState, Trainer } from "../distill/trainer.ts";
import { float32Tensor, type RawTensor } from "../io/safetensors.ts";
import { optimize } from "../ir/passes/index.ts";
import { random } from "../random/generator.ts";
import { type Executor, inlineExecutor } from "../runtime/executor.ts";
import { type BenchCase, EVALUATED_NETWORKS, TRAINED_NETWORKS } from "./cases.ts";
import { productFlops } from "./flops.ts";
import type { Turn } from "./protocol.ts";

export interface OurSide {
  /** Everything that the result depends on: the parameters, and the tensors of meta_gradient.onnx. */
  readonly inputs: Map<string, RawTensor>;
  /**
   * What peers are held to: the gradient of the images [S,n,C,H,W], the parameters after training on them, in order, or
   * the losses of an epoch's steps.
   */
  readonly result: Float32Array;
  /** Floating-point operations of one iteration in matrix products and convolutions. */
  readonly flops: number;
  run(iterations: number): Promise<Turn>;
}

export function prepareOurSide(
  benchCase: BenchCase,
  problem: Problem,
  executor: Executor,
): Promise<OurSide> {
  switch (benchCase.work) {
    case "meta-gradient":
      return prepareMetaGradient(problem, benchCase.comparedEpochs, executor);
    case "evaluation":
      return prepareEvaluation(problem, executor);
    case "training":
      return prepareTraining(benchCase, problem, executor);
  }
}

/** Whole iterations of the trainer: sampling, batch assembly, meta-gradient and Adam. */
async function prepareMetaGradient(
  problem: Problem,
  comparedEpochs: number,
  executor: Executor,
): Promise<OurSide> {
  const { network, loss, unroll } = problem;
  const plan = planFor(problem, executor);
  const distilled = toDistilled(initialDistilled(problem));
  const parameters = initialParameters(problem, "training", 0);
  const real = realBatch(problem);
  const gradientOf = async (compared: Problem, computed: Plan, by: Executor) => {
    const { steps, epochs } = compared.unroll;
    const learningRates = distilled.learningRates.subarray(0, steps * epochs);
    const images = { ...distilled, learningRates };
    const { images: gradient } = await computeMetaGradient(
      by,
      computed,
      network,
      compared.unroll,
      [parameters],
      images,
      real,
    );
    return Float32Array.from(gradient);
  };
  const trainer = new Trainer(problem, executor, plan, initialState(problem));
  return {
    inputs: exchanged(problem, parameters, distilled, real, unroll.batch),
    result:
      comparedEpochs === unroll.epochs
        ? await gradientOf(problem, plan, executor)
        : await afterEpochs(problem, comparedEpochs, executor, gradientOf),
    flops: flopsOf(metaGradientGraph(network, loss, unroll)),
    run: (iterations) => timed(iterations, () => trainer.step()),
  };
}

const planFor = (problem: Problem, { target, lanes }: Executor): Plan =>
  planMetaGradient(problem, { target, lanes, memory: totalmem() / 2 });

/** The gradient after fewer epochs, in an executor of its own whose memory is free again before anything is timed. */
async function afterEpochs(
  problem: Problem,
  epochs: number,
  { device, threads, target }: Executor,
  gradientOf: (problem: Problem, plan: Plan, executor: Executor) => Promise<Float32Array>,
): Promise<Float32Array> {
  const shorter = { ...problem, unroll: { ...problem.unroll, epochs } };
  const executor = inlineExecutor({ device, threads, target });
  try {
    return await gradientOf(shorter, planFor(shorter, executor), executor);
  } finally {
    await executor.close();
  }
}

/** Networks made, trained on the images and tested. */
async function prepareEvaluation(problem: Problem, executor: Executor): Promise<OurSide> {
  const { dataset, network, loss, unroll } = problem;
  const distilled = toDistilled(initialDistilled(problem));
  const evaluator = new Evaluator(problem, executor);
  const [initial] = evaluator.networks("evaluation", 1) as [Parameters];
  const [trained] = (await evaluator.trained([initial], distilled)) as [Parameters];
  const { count } = dataset.test;
  const everyTestImage = Array.from({ length: count }, (_, i) => i);
  const [channels, height, width] = dataset.shape;
  const test = {
    images: new Float32Array(count * channels * height * width),
    labels: new Float32Array(count * network.classes),
  };
  fillBatch(dataset, dataset.test, everyTestImage, test.images, test.labels);
  const perNetwork =
    flopsOf(trainGraph(network, loss, unroll)) + flopsOf(evaluateGraph(network, loss, 1)) * count;
  let next = 0;
  return {
    inputs: exchanged(problem, initial, distilled, test, count),
    result: Float32Array.from(network.parameters.flatMap(({ name }) => [...trained.get(name)!])),
    flops: EVALUATED_NETWORKS * perNetwork,
    run: (iterations) =>
      timed(iterations, async () => {
        const networks = evaluator.networks("evaluation", EVALUATED_NETWORKS, next);
        next += EVALUATED_NETWORKS;
        await evaluator.measure(await evaluator.trained(networks, distilled), dataset.test);
      }),
  };
}

/** Networks trained for an epoch, shuffled batches included; peers get the images in the order of the first epoch. */
async function prepareTraining(
  { batch, learningRate }: BenchCase,
  problem: Problem,
  executor: Executor,
): Promise<OurSide> {
  const { dataset, network, loss, recipe } = problem;
  const { seed } = recipe;
  const schedule = { epochs: 1, batch, rate: learningRate, decayEvery: 1 };
  const pretraining = { network, loss, dataset, schedule, seed };
  const [{ losses }] = (await trainNetworks(pretraining, [0], executor)) as [TrainedNetwork];
  const { count } = dataset.train;
  const epoch = new Minibatches(problem, count, { seed, network: 0 }).fill(0);
  const flops = flopsOf(trainingStepsGraph(network, loss, { steps: 1, batch }, adam));
  let next = 0;
  return {
    inputs: withRealImages(problem, untrainedParameters(network, seed, 0), epoch, count),
    result: Float32Array.from(losses),
    flops: (TRAINED_NETWORKS * flops * count) / batch,
    run: (iterations) =>
      timed(iterations, () => {
        const indices = Array.from({ length: TRAINED_NETWORKS }, (_, k) => next + k);
        next += TRAINED_NETWORKS;
        return trainNetworks(pretraining, indices, executor);
      }),
  };
}

const flopsOf = (graph: RecipeGraph): number => productFlops(optimize(toGraph(graph)));

async function timed(iterations: number, work: () => Promise<unknown>): Promise<Turn> {
  const milliseconds: number[] = [];
  for (let i = 0; i < iterations; i++) {
    const start = performance.now();
    await work();
    milliseconds.push(performance.now() - start);
  }
  return { milliseconds, rss: process.resourceUsage().maxRSS * 1024 };
}

function realBatch({ recipe, dataset, train, network }: Problem): RealBatch {
  const { batch } = recipe.outer;
  const [channels, height, width] = dataset.shape;
  const images = new Float32Array(batch * channels * height * width);
  const labels = new Float32Array(batch * network.classes);
  const indices = sampleBatch(train.count, batch, random(recipe.seed, "compared batch"));
  fillBatch(dataset, train, indices, images, labels);
  return { images, labels };
}

function exchanged(
  problem: Problem,
  parameters: Parameters,
  distilled: Distilled,
  real: RealBatch,
  count: number,
): Map<string, RawTensor> {
  const shapes = distilledShapes(problem);
  return new Map([
    ...withRealImages(problem, parameters, real, count),
    ["distilled_images", float32Tensor(distilled.images, shapes.images)],
    ["distilled_labels", float32Tensor(distilled.labels, shapes.labels)],
    ["learning_rates", float32Tensor(distilled.learningRates, shapes.learningRates)],
  ]);
}

const withRealImages = (
  { network }: Problem,
  parameters: Parameters,
  real: RealBatch,
  count: number,
): Map<string, RawTensor> =>
  new Map([
    ...network.parameters.map(
      ({ name, shape }) => [name, float32Tensor(parameters.get(name)!, shape)] as const,
    ),
    ["real_images", float32Tensor(real.images, [count, ...network.input])],
    ["real_labels", float32Tensor(real.labels, [count, network.classes])],
  ]);
