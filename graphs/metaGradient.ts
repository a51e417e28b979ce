/** meta_gradient.onnx: the whole unrolled descent, its outer loss and the gradient of images, labels and rates. */
import { add, reshape, stack, take } from "../src/ir/builders/index.ts";
import type { Value } from "../src/ir/value.ts";
import { metaGradient } from "./gradientDescent.ts";
import type { LossName } from "./losses.ts";
import type { Network } from "./network.ts";
import {
  bufferInputs,
  inputPort,
  parameterInputs,
  port,
  type RecipeGraph,
  valuesOf,
} from "./recipeGraph.ts";

/** Sizes of a recipe's unrolled descent. */
export interface Unroll {
  /** S: gradient steps per epoch, each with its own distilled batch. */
  readonly steps: number;
  /** E: passes over the S batches; every (epoch, step) has its own rate, at e * S + s. */
  readonly epochs: number;
  /** n: distilled images of one step. */
  readonly imagesPerStep: number;
  /** B: real images in the outer loss. */
  readonly batch: number;
}

/**
 * distilled_images [S,n,C,H,W], distilled_labels [S,n,K], learning_rates [S*E], real_images [B,C,H,W],
 * real_labels [B,K] -> loss [], grad_distilled_images, grad_distilled_labels, grad_learning_rates.
 */
export function metaGradientGraph(network: Network, loss: LossName, unroll: Unroll): RecipeGraph {
  const { steps, epochs, imagesPerStep, batch } = unroll;
  const parameters = parameterInputs("parameter", network);
  const buffers = bufferInputs(network);
  const images = inputPort("distilled_images", [steps, imagesPerStep, ...network.input]);
  const labels = inputPort("distilled_labels", [steps, imagesPerStep, network.classes]);
  const rates = inputPort("learning_rates", [steps * epochs]);
  const realImages = inputPort("real_images", [batch, ...network.input]);
  const realLabels = inputPort("real_labels", [batch, network.classes]);

  const distilled = Array.from({ length: steps }, (_, s) => ({
    images: take(images.value, s),
    labels: take(labels.value, s),
  }));
  const total = steps * epochs;
  const result = metaGradient(
    { network, loss, buffers: valuesOf(buffers) },
    valuesOf(parameters),
    Array.from({ length: total }, (_, t) => distilled[t % steps]!),
    Array.from({ length: total }, (_, t) => take(rates.value, t)),
    { images: realImages.value, labels: realLabels.value },
  );
  return {
    name: "meta_gradient",
    inputs: [...parameters, ...buffers, images, labels, rates, realImages, realLabels],
    outputs: [
      port("loss", result.loss),
      port("grad_distilled_images", stack(sumOverEpochs(result.images, steps))),
      port("grad_distilled_labels", stack(sumOverEpochs(result.labels, steps))),
      port("grad_learning_rates", stack(result.rates.map((rate) => reshape(rate, [])))),
    ],
  };
}

/** Every epoch uses the same S batches: their gradients add up, the last epoch's first. */
function sumOverEpochs(perStep: readonly Value[], steps: number): Value[] {
  return Array.from({ length: steps }, (_, s) =>
    perStep.filter((_, t) => t % steps === s).reduceRight((sum, part) => add(sum, part)),
  );
}
