/** inner_step.onnx and inner_step_vjp.onnx: one gradient step on a batch, and its transpose. */
import { reshape } from "../src/ir/builders/index.ts";
import { innerStep, innerStepVjp } from "./gradientDescent.ts";
import type { LossName } from "./losses.ts";
import type { Network } from "./network.ts";
import {
  bufferInputs,
  inputPort,
  parameterInputs,
  parameterPorts,
  port,
  type RecipeGraph,
  valuesOf,
} from "./recipeGraph.ts";

/** Inputs that both graphs share: parameter*, buffer*, images [n,C,H,W], labels [n,K], learning_rate [1]. */
function stepInputs(network: Network, loss: LossName, imagesPerStep: number) {
  const parameters = parameterInputs("parameter", network);
  const buffers = bufferInputs(network);
  const images = inputPort("images", [imagesPerStep, ...network.input]);
  const labels = inputPort("labels", [imagesPerStep, network.classes]);
  const rate = inputPort("learning_rate", [1]);
  return {
    ports: [...parameters, ...buffers, images, labels, rate],
    model: { network, loss, buffers: valuesOf(buffers) },
    theta: valuesOf(parameters),
    batch: { images: images.value, labels: labels.value },
    rate: reshape(rate.value, []),
  };
}

/** next_parameter* = parameter* - learning_rate * gradient of the batch's loss. */
export function innerStepGraph(
  network: Network,
  loss: LossName,
  imagesPerStep: number,
): RecipeGraph {
  const { ports, model, theta, batch, rate } = stepInputs(network, loss, imagesPerStep);
  return {
    name: "inner_step",
    inputs: ports,
    outputs: parameterPorts("next_parameter", network, innerStep(model, theta, batch, rate)),
  };
}

/** Cotangents of everything that enters an inner step, given cotangent* of its next parameters. */
export function innerStepVjpGraph(
  network: Network,
  loss: LossName,
  imagesPerStep: number,
): RecipeGraph {
  const { ports, model, theta, batch, rate } = stepInputs(network, loss, imagesPerStep);
  const cotangents = parameterInputs("cotangent", network);
  const pulled = innerStepVjp(model, theta, batch, rate, valuesOf(cotangents));
  return {
    name: "inner_step_vjp",
    inputs: [...ports, ...cotangents],
    outputs: [
      ...parameterPorts("grad_parameter", network, pulled.parameters),
      port("grad_images", pulled.images),
      port("grad_labels", pulled.labels),
      port("grad_learning_rate", reshape(pulled.rate, [1])),
    ],
  };
}
