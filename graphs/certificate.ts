/** A network's first and second derivatives at one point, along one direction: what `check` compares. */
import { gradient } from "../src/autodiff/gradient.ts";
import { jvp } from "../src/autodiff/jvp.ts";
import { add, mul, reduceSum } from "../src/ir/builders/index.ts";
import type { Value } from "../src/ir/value.ts";
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

/**
 * With theta and the images x moving along v, and g the gradient of the loss in both:
 *   slope = <g, v> in forward mode     product = H v, forward over reverse     reverse_product = H v, reverse over reverse
 *
 * parameter*, buffer*, images [n,C,H,W], labels [n,K], direction* , direction_images -> loss [], slope [],
 * grad_parameter*, grad_images, product*, product_images, reverse_product*, reverse_product_images.
 */
export function certificateGraph(network: Network, loss: LossName, n: number): RecipeGraph {
  const parameters = parameterInputs("parameter", network);
  const buffers = bufferInputs(network);
  const images = inputPort("images", [n, ...network.input]);
  const labels = inputPort("labels", [n, network.classes]);
  const directions = parameterInputs("direction", network);
  const ofImages = inputPort("direction_images", images.value.shape);
  const point = valuesOf([...parameters, images]);
  const along = valuesOf([...directions, ofImages]);

  const value = modelLoss({ network, loss, buffers: valuesOf(buffers) }, point.slice(0, -1), {
    images: images.value,
    labels: labels.value,
  });
  const gradients = gradient(value, point);
  const [slope, ...products] = jvp([value, ...gradients], point, along) as [Value, ...Value[]];
  const reversed = gradient(innerProduct(gradients, along), point);
  const ports = (role: string, values: readonly Value[]) => [
    ...parameterPorts(role, network, values),
    port(`${role === "grad_parameter" ? "grad" : role}_images`, values.at(-1)!),
  ];
  return {
    name: "certificate",
    inputs: [...parameters, ...buffers, images, labels, ...directions, ofImages],
    outputs: [
      port("loss", value),
      port("slope", slope),
      ...ports("grad_parameter", gradients),
      ...ports("product", products),
      ...ports("reverse_product", reversed),
    ],
  };
}

const innerProduct = (a: readonly Value[], b: readonly Value[]): Value =>
  a.map((x, i) => reduceSum(mul(x, b[i]!))).reduce((sum, part) => add(sum, part));
