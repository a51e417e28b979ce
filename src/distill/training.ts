/** Ways to train the networks of trials on their images. */
import type { Evaluator } from "./evaluate.ts";
import type { Parameters, Problem } from "./problem.ts";
import type { Trials } from "./trials.ts";

/** The networks of the given trials after each further epoch at a constant rate, without end. */
export type Training = (
  trials: readonly number[],
  learningRate: number,
) => AsyncGenerator<Parameters[], never>;

/** Gradient descent on the S batches of an epoch, one after the other. */
export const gradientDescent = (
  { unroll }: Problem,
  evaluator: Evaluator,
  { network, images }: Trials,
): Training =>
  async function* (trials, learningRate) {
    const learningRates = new Float32Array(unroll.steps).fill(learningRate);
    let networks = trials.map(network);
    for (let epoch = 0; ; epoch++) {
      const sets = trials.map((trial) => ({ ...images(trial, epoch), learningRates }));
      networks = await evaluator.trainedEach(networks, sets);
      yield networks;
    }
  };

/** The networks of the given trials after as many epochs as there are rates [S*E] for. */
export async function trainedAtRates(
  { unroll: { steps } }: Problem,
  evaluator: Evaluator,
  { network, images }: Trials,
  trials: readonly number[],
  learningRates: Float32Array,
): Promise<Parameters[]> {
  let networks = trials.map(network);
  for (let epoch = 0; epoch * steps < learningRates.length; epoch++) {
    const rates = learningRates.subarray(epoch * steps, (epoch + 1) * steps);
    const sets = trials.map((trial) => ({ ...images(trial, epoch), learningRates: rates }));
    networks = await evaluator.trainedEach(networks, sets);
  }
  return networks;
}
