/** training_step: one step of ordinary minibatch training, by Adam. */
import { gradient } from "../src/autodiff/gradient.ts";
import { add, div, mul, reshape, sqrt, sub, take } from "../src/ir/builders/index.ts";
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

/** Constants of Adam (Kingma and Ba 2015, algorithm 1). */
export interface AdamConstants {
  readonly betas: readonly [number, number];
  readonly epsilon: number;
}

/** A parameter with its moments, before a step or after it. */
interface Moving {
  readonly parameter: Value;
  readonly first: Value;
  readonly second: Value;
}

/**
 * m' = b1 m + (1 - b1) g     v' = b2 v + (1 - b2) g^2
 * theta' = theta - rate * (m' / c1) / (sqrt(v' / c2) + epsilon)     with c = 1 - b^t in step t = 1, 2, ...
 */
function adam(
  { parameter, first, second }: Moving,
  g: Value,
  rate: Value,
  [correction1, correction2]: readonly [Value, Value],
  { betas: [beta1, beta2], epsilon }: AdamConstants,
): Moving {
  const m = add(mul(first, beta1), mul(g, 1 - beta1));
  const v = add(mul(second, beta2), mul(mul(g, g), 1 - beta2));
  const direction = div(m, add(sqrt(div(v, correction2)), epsilon));
  return {
    parameter: sub(parameter, mul(direction, div(rate, correction1))),
    first: m,
    second: v,
  };
}

/**
 * parameter*, buffer*, first_moment*, second_moment*, images [B,C,H,W], labels [B,K], learning_rate [1],
 * bias_corrections [2] = (1 - b1^t, 1 - b2^t)
 * -> next_parameter*, next_first_moment*, next_second_moment*, loss [] before the step.
 */
export function trainingStepGraph(
  network: Network,
  loss: LossName,
  batch: number,
  constants: AdamConstants,
): RecipeGraph {
  const parameters = parameterInputs("parameter", network);
  const buffers = bufferInputs(network);
  const firstMoments = parameterInputs("first_moment", network);
  const secondMoments = parameterInputs("second_moment", network);
  const images = inputPort("images", [batch, ...network.input]);
  const labels = inputPort("labels", [batch, network.classes]);
  const rate = inputPort("learning_rate", [1]);
  const corrections = inputPort("bias_corrections", [2]);

  const theta = valuesOf(parameters);
  const value = modelLoss({ network, loss, buffers: valuesOf(buffers) }, theta, {
    images: images.value,
    labels: labels.value,
  });
  const next = gradient(value, theta).map((g, i) =>
    adam(
      { parameter: theta[i]!, first: firstMoments[i]!.value, second: secondMoments[i]!.value },
      g,
      reshape(rate.value, []),
      [take(corrections.value, 0), take(corrections.value, 1)],
      constants,
    ),
  );
  const nextPorts = (role: string, of: keyof Moving) =>
    parameterPorts(
      role,
      network,
      next.map((moved) => moved[of]),
    );
  return {
    name: "training_step",
    inputs: [
      ...parameters,
      ...buffers,
      ...firstMoments,
      ...secondMoments,
      images,
      labels,
      rate,
      corrections,
    ],
    outputs: [
      ...nextPorts("next_parameter", "parameter"),
      ...nextPorts("next_first_moment", "first"),
      ...nextPorts("next_second_moment", "second"),
      port("loss", value),
    ],
  };
}
