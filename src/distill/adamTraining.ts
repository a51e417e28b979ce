/** Adam on a handful of images: gradients from the graph of the outer loss, moments outside of it. */
import { networkFor, outerLossGraph, toGraph } from "../../graphs/index.ts";
import { compile } from "../onnx/compile.ts";
import type { Executor } from "../runtime/executor.ts";
import { adamStep, type Moments, zeroMoments } from "./adam.ts";
import { batchOf } from "./distilled.ts";
import type { Parameters, Problem } from "./problem.ts";
import type { Training } from "./training.ts";
import type { Trials } from "./trials.ts";

/** The settings of Kingma and Ba 2015. */
const BETAS = [0.9, 0.999] as const;
const EPSILON = 1e-8;

/** One Adam step on each of the S batches of an epoch. The program is compiled once, for all trials given later. */
export function adamTraining(
  { network, loss, unroll }: Problem,
  executor: Executor,
): (trials: Trials) => Training {
  const { steps, imagesPerStep } = unroll;
  const { target } = executor;
  const graph = outerLossGraph(networkFor(target, network), loss, imagesPerStep);
  const gradients = compile(toGraph(graph), target);
  return ({ network: initial, images }) =>
    async function* (trials, rate) {
      const networks = trials.map((trial) => copyOf(initial(trial)));
      const moments = networks.map(momentsOf);
      for (let epoch = 0; ; epoch++) {
        const sets = trials.map((trial) => images(trial, epoch));
        for (let s = 0; s < steps; s++) {
          const feeds = networks.map(
            (theta, i) =>
              new Map([
                ...theta,
                ["real_images", batchOf(sets[i]!.images, s, steps)],
                ["real_labels", batchOf(sets[i]!.labels, s, steps)],
              ]),
          );
          const results = await executor.run(gradients, feeds);
          const options = { rate, betas: BETAS, epsilon: EPSILON };
          results.forEach((tensors, i) => {
            for (const { name } of network.parameters) {
              const values = networks[i]!.get(name)!;
              const gradient = tensors.get(`grad_parameter.${name}`)!;
              const moment = moments[i]!.get(name)!;
              adamStep(values, gradient, moment, epoch * steps + s + 1, options);
            }
          });
        }
        yield networks;
      }
    };
}

const copyOf = (parameters: Parameters): Parameters =>
  new Map([...parameters].map(([name, values]) => [name, values.slice()]));

const momentsOf = (parameters: Parameters): Map<string, Moments> =>
  new Map([...parameters].map(([name, { length }]) => [name, zeroMoments(length)]));
