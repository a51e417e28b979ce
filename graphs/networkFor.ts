/** The form in which a network is computed, chosen for what executes it. */
import { batchLast } from "../src/ir/batchLast/index.ts";
import { isPerImage } from "../src/ir/batchLast/perImage.ts";
import { input } from "../src/ir/builders/index.ts";
import { topologicalOrder } from "../src/ir/graph.ts";
import { poolBeforeRelu } from "../src/ir/passes/index.ts";
import type { Value } from "../src/ir/value.ts";
import type { Target } from "../src/onnx/lowering/index.ts";
import type { Network } from "./network.ts";

/**
 * Images of one micro-batch: the matrices of a LeNet layer then fit into a core's second-level cache
 * (`npm run bench:lowerings`), and larger networks need memory for the activations of so many images only.
 */
const MICRO_BATCH = 64;

/**
 * From this many output channels on, convolution operators come close to the speed of matrix products on their own
 * (`npm run bench:lowerings`).
 */
export const WIDE = 32;

/**
 * The network as it is; or on CPUs, where it has convolutions and treats its images one by one, in micro-batches and
 * rewritten: batch-last where no convolution is wide and every one becomes a product over blocks, else with ReLU after
 * pooling. Inputs, outputs and derivatives stay the same.
 */
export function networkFor(target: Target, network: Network): Network {
  if (target === "portable") return network;
  const { logits, images, leaves } = trace(network);
  const convolutions = convolutionsOf(logits);
  if (convolutions.length === 0 || !isPerImage(logits, images, leaves)) return network;
  const rewritten = (rewrite: typeof batchLast): Network => ({
    ...network,
    microBatch: MICRO_BATCH,
    forward: (parameters, buffers, batch) =>
      rewrite(network.forward(parameters, buffers, batch), batch, [...parameters, ...buffers]),
  });
  const becomesProducts = () => convolutionsOf(batchLast(logits, images, leaves)).length === 0;
  if (!convolutions.some(hasManyChannels) && becomesProducts()) return rewritten(batchLast);
  return rewritten((output, batch, leaves) => poolBeforeRelu(output, [batch, ...leaves]));
}

/** Whether a network has convolutions with many output channels. */
export const isWide = (network: Network): boolean =>
  convolutionsOf(trace(network).logits).some(hasManyChannels);

const hasManyChannels = ({ shape }: Value): boolean => shape[1]! >= WIDE;

/** The network's computation on two images, enough to tell a batch from a single one. */
function trace(network: Network): { logits: Value; images: Value; leaves: Value[] } {
  const inputs = (specs: Network["parameters"]): Value[] =>
    specs.map(({ name, shape }) => input(name, shape));
  const [parameters, buffers] = [inputs(network.parameters), inputs(network.buffers)];
  const images = input("images", [2, ...network.input]);
  const logits = network.forward(parameters, buffers, images);
  return { logits, images, leaves: [...parameters, ...buffers] };
}

const convolutionsOf = (output: Value): Value[] =>
  topologicalOrder([output]).filter(({ op }) => op === "conv");
