/** Other initial distributions for a network's weights. */
import { type Initializer, weightFans, withFansOf } from "../src/random/initializers.ts";
import type { Network, ParameterSpec } from "./network.ts";

/** Distributions that need no numbers besides a weight's shape. */
export const weightInitializers = [
  "xavier_normal",
  "xavier_uniform",
  "kaiming_normal",
  "kaiming_uniform",
  "orthogonal",
  "pytorch",
] as const satisfies readonly Initializer["kind"][];
export type WeightInitializer = (typeof weightInitializers)[number];

/** The same network with weights from p(theta_0) of this kind; biases are zero, or as PyTorch draws them. */
export function initializedBy(network: Network, kind: WeightInitializer): Network {
  return {
    ...network,
    parameters: network.parameters.map((spec) => ({
      ...spec,
      init: initializerOf(spec, kind, network),
    })),
  };
}

function initializerOf(
  spec: ParameterSpec,
  kind: WeightInitializer,
  { parameters }: Network,
): Initializer {
  if (spec.shape.length > 1) return withFansOf(spec.init, { kind });
  if (kind !== "pytorch") return spec.init;
  const weight = parameters.find(({ name }) => name === spec.name.replace(/\.bias$/, ".weight"));
  return weight ? { kind, fanIn: weightFans(weight.init, weight.shape).fanIn } : spec.init;
}
