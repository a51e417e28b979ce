/** Ordinary minibatch training: steps of Adam. */
import { gradient } from "../src/autodiff/gradient.ts";
import { add, div, mul, sqrt, stack, sub, take } from "../src/ir/builders/index.ts";
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
  // (m' / c1) / (sqrt(v' / c2) + epsilon) with all divisions by corrections on single numbers.
  const spread = sqrt(correction2);
  const direction = div(m, add(sqrt(v), mul(spread, epsilon)));
  return {
    parameter: sub(parameter, mul(direction, div(mul(rate, spread), correction1))),
    first: m,
    second: v,
  };
}

/** Sizes of a run of the training graph. */
export interface TrainingSteps {
  /** T: steps that follow each other, each on its own batch. */
  readonly steps: number;
  /** B: images of a step. */
  readonly batch: number;
}

/**
 * parameter*, buffer*, first_moment*, second_moment*, images [T,B,C,H,W], labels [T,B,K], learning_rates [T],
 * bias_corrections [T,2] = (1 - b1^t, 1 - b2^t)
 * -> next_parameter*, next_first_moment*, next_second_moment* after all steps, losses [T] each before its step.
 */
export function trainingStepsGraph(
  network: Network,
  loss: LossName,
  { steps, batch }: TrainingSteps,
  constants: AdamConstants,
): RecipeGraph {
  const parameters = parameterInputs("parameter", network);
  const buffers = bufferInputs(network);
  const firstMoments = parameterInputs("first_moment", network);
  const secondMoments = parameterInputs("second_moment", network);
  const images = inputPort("images", [steps, batch, ...network.input]);
  const labels = inputPort("labels", [steps, batch, network.classes]);
  const rates = inputPort("learning_rates", [steps]);
  const corrections = inputPort("bias_corrections", [steps, 2]);

  const model = { network, loss, buffers: valuesOf(buffers) };
  let moving = parameters.map(
    ({ value }, i): Moving => ({
      parameter: value,
      first: firstMoments[i]!.value,
      second: secondMoments[i]!.value,
    }),
  );
  const losses: Value[] = [];
  for (let t = 0; t < steps; t++) {
    const theta = moving.map(({ parameter }) => parameter);
    const ofBatch = { images: take(images.value, t), labels: take(labels.value, t) };
    const value = modelLoss(model, theta, ofBatch);
    const ofStep = take(corrections.value, t);
    moving = gradient(value, theta).map((g, i) =>
      adam(moving[i]!, g, take(rates.value, t), [take(ofStep, 0), take(ofStep, 1)], constants),
    );
    losses.push(value);
  }
  const nextPorts = (role: string, of: keyof Moving) =>
    parameterPorts(
      role,
      network,
      moving.map((moved) => moved[of]),
    );
  return {
    name: "training_steps",
    inputs: [
      ...parameters,
      ...buffers,
      ...firstMoments,
      ...secondMoments,
      images,
      labels,
      rates,
      corrections,
    ],
    outputs: [
      ...nextPorts("next_parameter", "parameter"),
      ...nextPorts("next_first_moment", "first"),
      ...nextPorts("next_second_moment", "second"),
      port("losses", stack(losses)),
    ],
  };
}
