/** A model of another tool as a network of ours, with its weights. */
import type { ParameterSpec } from "../../graphs/index.ts";
import type { ImportedModel, ImportedTensor } from "../onnx/import/importModel.ts";
import type { Initializer } from "../random/initializers.ts";
import { freshHead } from "./freshHead.ts";
import type { GivenNetwork } from "./problem.ts";

/** How fresh tensors start. */
const initializers: Readonly<Record<NonNullable<ImportedTensor["role"]>, Initializer>> = {
  weight: { kind: "xavier_normal" },
  bias: { kind: "zeros" },
  scale: { kind: "ones" },
  slope: { kind: "constant", value: 0.25 },
};

/** A list of weights has no fans to draw by; what belongs to no layer starts at one. */
function initializerOf(role: ImportedTensor["role"], rank: number): Initializer {
  if (role === undefined) return initializers.scale;
  return role === "weight" && rank < 2 ? { kind: "constant", value: 0.01 } : initializers[role];
}

/** The network of a model with its weights and buffers; `seed` draws the weights of a new head. */
export function importedNetwork(name: string, model: ImportedModel, seed: number): GivenNetwork {
  const spec = ({ name, shape, role }: ImportedTensor): ParameterSpec => ({
    name,
    shape,
    init: initializerOf(role, shape.length),
  });
  const contents = (tensors: readonly ImportedTensor[]) =>
    tensors.map(
      ({ name, shape, role, data }) =>
        [name, data ?? freshHead(name, shape, role !== "weight", seed)] as const,
    );
  return {
    network: {
      name,
      input: model.images.shape,
      classes: model.classes,
      parameters: model.parameters.map(spec),
      buffers: model.buffers.map(spec),
      bufferValues: new Map(contents(model.buffers)),
      forward: model.forward,
    },
    weights: new Map(contents([...model.parameters, ...model.buffers])),
  };
}
