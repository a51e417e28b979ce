/** outer_loss.onnx: the loss on a real batch and its gradient in the parameters. */
import { gradient } from "../src/autodiff/gradient.ts";
import { modelLoss } from "./gradientDescent.ts";
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

/** real_images [B,C,H,W], real_labels [B,K] -> loss [], grad_parameter*. */
export function outerLossGraph(network: Network, loss: LossName, batch: number): RecipeGraph {
  const parameters = parameterInputs("parameter", network);
  const buffers = bufferInputs(network);
  const images = inputPort("real_images", [batch, ...network.input]);
  const labels = inputPort("real_labels", [batch, network.classes]);
  const theta = valuesOf(parameters);
  const value = modelLoss({ network, loss, buffers: valuesOf(buffers) }, theta, {
    images: images.value,
    labels: labels.value,
  });
  return {
    name: "outer_loss",
    inputs: [...parameters, ...buffers, images, labels],
    outputs: [
      port("loss", value),
      ...parameterPorts("grad_parameter", network, gradient(value, theta)),
    ],
  };
}
