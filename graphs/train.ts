/** Training a network on distilled images: the inner steps alone, unrolled. */
import { reshape, take } from "../src/ir/builders/index.ts";
import type { Value } from "../src/ir/value.ts";
import { innerStep } from "./gradientDescent.ts";
import type { LossName } from "./losses.ts";
import type { Unroll } from "./metaGradient.ts";
import type { Network } from "./network.ts";
import {
  bufferInputs,
  inputPort,
  parameterInputs,
  parameterPorts,
  type RecipeGraph,
  valuesOf,
} from "./recipeGraph.ts";

/**
 * parameter*, buffer*, distilled_images [S,n,C,H,W], distilled_labels [S,n,K], learning_rates [S*E]
 * -> next_parameter* after all S*E steps.
 */
export function trainGraph(
  network: Network,
  loss: LossName,
  unroll: Omit<Unroll, "batch">,
): RecipeGraph {
  const { steps, epochs, imagesPerStep } = unroll;
  const parameters = parameterInputs("parameter", network);
  const buffers = bufferInputs(network);
  const images = inputPort("distilled_images", [steps, imagesPerStep, ...network.input]);
  const labels = inputPort("distilled_labels", [steps, imagesPerStep, network.classes]);
  const rates = inputPort("learning_rates", [steps * epochs]);
  const model = { network, loss, buffers: valuesOf(buffers) };
  let theta: readonly Value[] = valuesOf(parameters);
  for (let t = 0; t < steps * epochs; t++) {
    const batch = { images: take(images.value, t % steps), labels: take(labels.value, t % steps) };
    theta = innerStep(model, theta, batch, reshape(take(rates.value, t), []));
  }
  return {
    name: "train",
    inputs: [...parameters, ...buffers, images, labels, rates],
    outputs: parameterPorts("next_parameter", network, theta),
  };
}
