/** The graphs of a recipe as the contents of files: five ONNX models, and a manifest that says what their tensors are. */
import {
  type LossName,
  type Network,
  networkFor,
  type ParameterSpec,
  type Port,
  type RecipeGraph,
  recipeGraphs,
  toGraph,
  type Unroll,
} from "../../graphs/index.ts";
import type { Normalization } from "../data/dataset.ts";
import type { Parameters } from "../distill/problem.ts";
import type { DType, Shape } from "../ir/ops.ts";
import { compile } from "../onnx/compile.ts";
import type { Target } from "../onnx/lowering/index.ts";
import { OPSET } from "../onnx/model.ts";
import { encodeNetwork } from "./weights/encodeNetwork.ts";

export const GRAPHS_FORMAT = "onnx-distill-graphs";
export const MANIFEST = "manifest.json";
export const WEIGHTS = "weights.safetensors";

/** What the graphs of a recipe are made for. */
export interface GraphOptions {
  readonly network: Network;
  readonly loss: LossName;
  readonly unroll: Unroll;
  /** Of the images that are fed: (pixel/255 - mean) / std per channel. */
  readonly normalization: Readonly<Normalization>;
}

/** An input or output of a graph. */
export interface ManifestTensor {
  /** The ONNX tensor's name. */
  readonly name: string;
  readonly role: string;
  readonly shape: Shape;
  readonly dtype: DType;
  /** The parameter or buffer that it belongs to, by the model's own name. */
  readonly parameter?: string;
}

/** Everything a program needs, besides numbers, to run the graphs. */
export interface Manifest {
  readonly format: typeof GRAPHS_FORMAT;
  readonly version: 1;
  readonly opset: number;
  readonly loss: LossName;
  /** By file stem. */
  readonly graphs: Readonly<Record<string, ManifestGraph>>;
  readonly parameters: readonly ParameterSpec[];
  readonly buffers: readonly ParameterSpec[];
  /** File of a pretrained network's own parameters and buffers. */
  readonly weights?: string;
  readonly normalization: Readonly<Normalization>;
}

export interface ManifestGraph {
  readonly file: string;
  readonly inputs: readonly ManifestTensor[];
  readonly outputs: readonly ManifestTensor[];
}

/** A model as a file. */
export interface GraphFile {
  /** Key of the graph in the manifest. */
  readonly stem: string;
  readonly file: string;
  readonly bytes: number;
  /** Number of ONNX nodes. */
  readonly nodes: number;
}

/** The files by name, manifest.json last. */
export interface EncodedGraphs {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly graphs: readonly GraphFile[];
}

export interface EncodeOptions extends GraphOptions {
  /** Lowering; `portable` by default. */
  readonly target?: Target;
  /** A pretrained network's own parameters and buffers, for weights.safetensors. */
  readonly weights?: Parameters;
}

/** The graphs of a recipe and their manifest. */
export function encodeGraphs(options: EncodeOptions): EncodedGraphs {
  const { target = "portable", network, weights } = options;
  const graphs = recipeGraphs(networkFor(target, network), options.loss, options.unroll);
  const programs = graphs.map((graph) => compile(toGraph(graph), target));
  const described = { ...manifest(graphs, options), ...(weights ? { weights: WEIGHTS } : {}) };
  const text = `${JSON.stringify(described, undefined, 2)}\n`;
  return {
    files: new Map([
      ...programs.map(({ name, bytes }) => [fileOf(name), bytes] as const),
      ...(weights ? [[WEIGHTS, encodeNetwork(network, weights)] as const] : []),
      [MANIFEST, new TextEncoder().encode(text)],
    ]),
    graphs: programs.map(({ name, bytes, nodes }) => ({
      stem: name,
      file: fileOf(name),
      bytes: bytes.length,
      nodes,
    })),
  };
}

/** The manifest of graphs in the order of `graphs`, each in a file of its name. */
export function manifest(
  graphs: readonly RecipeGraph[],
  { network, loss, normalization }: Omit<GraphOptions, "unroll">,
): Manifest {
  return {
    format: GRAPHS_FORMAT,
    version: 1,
    opset: OPSET,
    loss,
    graphs: Object.fromEntries(
      graphs.map(({ name, inputs, outputs }) => [
        name,
        { file: fileOf(name), inputs: inputs.map(tensor), outputs: outputs.map(tensor) },
      ]),
    ),
    parameters: network.parameters.map(parameter),
    buffers: network.buffers.map(parameter),
    normalization: { mean: normalization.mean, std: normalization.std },
  };
}

const fileOf = (stem: string): string => `${stem}.onnx`;

const tensor = ({ name, role, parameter, value: { shape, dtype } }: Port): ManifestTensor => ({
  name,
  role,
  shape,
  dtype,
  ...(parameter === undefined ? {} : { parameter }),
});

const parameter = ({ name, shape, init }: ParameterSpec): ParameterSpec => ({ name, shape, init });
