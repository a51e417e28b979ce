/** The form in which a network is computed, chosen for what executes it. */
import { batchLast } from "../src/ir/batchLast/index.ts";
import { input } from "../src/ir/builders/index.ts";
import { topologicalOrder } from "../src/ir/graph.ts";
import type { Value } from "../src/ir/value.ts";
import type { Target } from "../src/onnx/lowering/index.ts";
import type { Network } from "./network.ts";

/**
 * Images of one micro-batch: the matrices of a LeNet layer then fit into a core's second-level cache
 * (`npm run bench:lowerings`).
 */
const MICRO_BATCH = 64;

/**
 * From this many output channels on, convolution operators come close to the speed of matrix products on their own
 * (`npm run bench:lowerings`).
 */
const WIDE = 32;

/**
 * The network as it is, or on CPUs, where it has convolutions and none is wide, rewritten batch-last. Inputs, outputs
 * and derivatives stay the same.
 */
export function networkFor(target: Target, network: Network): Network {
  const channels = mostChannels(network);
  if (target !== "cpu" || channels === 0 || channels >= WIDE) return network;
  return {
    ...network,
    microBatch: MICRO_BATCH,
    forward: (parameters, buffers, images) =>
      batchLast(network.forward(parameters, buffers, images), images, [...parameters, ...buffers]),
  };
}

/** Whether a network has convolutions with many output channels. */
export const isWide = (network: Network): boolean => mostChannels(network) >= WIDE;

/** Output channels of the widest convolution, 0 without any. */
function mostChannels(network: Network): number {
  const inputs = (specs: Network["parameters"]): Value[] =>
    specs.map(({ name, shape }) => input(name, shape));
  const logits = network.forward(
    inputs(network.parameters),
    inputs(network.buffers),
    input("images", [1, ...network.input]),
  );
  const convolutions = topologicalOrder([logits]).filter(({ op }) => op === "conv");
  return Math.max(0, ...convolutions.map(({ shape }) => shape[1]!));
}
