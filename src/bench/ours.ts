/** Our side of a case: the trainer itself, and the inputs and gradient that it is held to. */
import { totalmem } from "node:os";
import { metaGradientGraph, toGraph } from "../../graphs/index.ts";
import { fillBatch, sampleBatch } from "../data/dataset.ts";
import {
  type Distilled,
  distilledShapes,
  initialDistilled,
  toDistilled,
} from "../distill/distilled.ts";
import { computeMetaGradient, type RealBatch } from "../distill/metaGradient.ts";
import { planMetaGradient } from "../distill/plan.ts";
import { initialParameters, type Parameters, type Problem } from "../distill/problem.ts";
import { initialState, Trainer } from "../distill/trainer.ts";
import { float32Tensor, type RawTensor } from "../io/safetensors.ts";
import { optimize } from "../ir/passes/index.ts";
import { random } from "../random/generator.ts";
import { devices } from "../runtime/devices.ts";
import type { Executor } from "../runtime/executor.ts";
import { productFlops } from "./flops.ts";
import type { Turn } from "./protocol.ts";

export interface OurSide {
  /** Everything that a meta-gradient depends on: the parameters, and the tensors of meta_gradient.onnx. */
  readonly inputs: Map<string, RawTensor>;
  /** Gradient of the distilled images at these inputs, [S,n,C,H,W]. */
  readonly imageGradient: Float32Array;
  /** Floating-point operations of one meta-gradient. */
  readonly flops: number;
  /** Whole iterations of the trainer: sampling, batch assembly, meta-gradient and Adam. */
  run(iterations: number): Promise<Turn>;
}

export async function prepareOurSide(problem: Problem, executor: Executor): Promise<OurSide> {
  const { network, loss, unroll } = problem;
  const { target } = devices[executor.device];
  const plan = planMetaGradient(problem, { target, lanes: executor.lanes, memory: totalmem() / 2 });
  const distilled = toDistilled(initialDistilled(problem));
  const parameters = initialParameters(problem, "training", 0);
  const real = realBatch(problem);
  const gradient = await computeMetaGradient(
    executor,
    plan,
    network,
    unroll,
    [parameters],
    distilled,
    real,
  );
  const trainer = new Trainer(problem, executor, plan, initialState(problem));
  return {
    inputs: exchanged(problem, parameters, distilled, real),
    imageGradient: Float32Array.from(gradient.images),
    flops: productFlops(optimize(toGraph(metaGradientGraph(network, loss, unroll)))),
    async run(iterations) {
      const milliseconds: number[] = [];
      for (let i = 0; i < iterations; i++) {
        const start = performance.now();
        await trainer.step();
        milliseconds.push(performance.now() - start);
      }
      return { milliseconds, rss: process.resourceUsage().maxRSS * 1024 };
    },
  };
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
): Map<string, RawTensor> {
  const { network, unroll } = problem;
  const shapes = distilledShapes(problem);
  return new Map([
    ...network.parameters.map(
      ({ name, shape }) => [name, float32Tensor(parameters.get(name)!, shape)] as const,
    ),
    ["distilled_images", float32Tensor(distilled.images, shapes.images)],
    ["distilled_labels", float32Tensor(distilled.labels, shapes.labels)],
    ["learning_rates", float32Tensor(distilled.learningRates, shapes.learningRates)],
    ["real_images", float32Tensor(real.images, [unroll.batch, ...network.input])],
    ["real_labels", float32Tensor(real.labels, [unroll.batch, network.classes])],
  ]);
}
