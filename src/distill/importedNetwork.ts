/** A model of another tool as a network of ours, with its weights. */
import type { ParameterSpec } from "../../graphs/index.ts";
import type { ImportedModel, ImportedTensor } from "../onnx/import/importModel.ts";
import { fans, type Initializer } from "../random/initializers.ts";
import { freshHead } from "./freshHead.ts";
import type { GivenNetwork } from "./problem.ts";

/** How fresh tensors start. */
const initializers: Readonly<Record<NonNullable<ImportedTensor["role"]>, Initializer>> = {
  weight: { kind: "xavier_normal" },
  bias: { kind: "zeros" },
  scale: { kind: "ones" },
  slope: { kind: "constant", value: 0.25 },
};

/** A list of weights is no matrix to draw; what belongs to no layer starts at one. */
function initializerOf({ role, shape, fans }: ImportedTensor): Initializer {
  if (role === undefined) return initializers.scale;
  if (role !== "weight") return initializers[role];
  if (shape.length < 2) return { kind: "constant", value: 0.01 };
  return fans && !areOfShape(fans, shape)
    ? { kind: "xavier_normal", ...fans }
    : initializers.weight;
}

/** Whether a weight's shape tells its fans, as that of [out, in, ...kernel] does. */
function areOfShape(
  { fanIn, fanOut }: NonNullable<ImportedTensor["fans"]>,
  shape: ImportedTensor["shape"],
): boolean {
  const told = fans(shape);
  return told.fanIn === fanIn && told.fanOut === fanOut;
}

/** The network of a model with its weights and buffers; `seed` draws the weights of a new head. */
export function importedNetwork(name: string, model: ImportedModel, seed: number): GivenNetwork {
  const spec = (tensor: ImportedTensor): ParameterSpec => ({
    name: tensor.name,
    shape: tensor.shape,
    init: initializerOf(tensor),
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
