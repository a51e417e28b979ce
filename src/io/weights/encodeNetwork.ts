import type { Network } from "../../../graphs/index.ts";
import type { Parameters } from "../../distill/problem.ts";
import { encodeSafetensors, float32Tensor } from "../safetensors.ts";

/** A network's parameters and buffers as a safetensors file that PyTorch reads. */
export const encodeNetwork = (
  { parameters, buffers }: Pick<Network, "parameters" | "buffers">,
  weights: Parameters,
): Uint8Array =>
  encodeSafetensors(
    new Map(
      [...parameters, ...buffers].map(({ name, shape }) => [
        name,
        float32Tensor(weights.get(name)!, shape),
      ]),
    ),
    { format: "pt" },
  );
