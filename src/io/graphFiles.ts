/** The graphs of a recipe as files: five ONNX models, and a manifest that says what their tensors are for. */
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
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
import { writeFileAtomic } from "./atomicFile.ts";
import { encodeSafetensors, float32Tensor } from "./safetensors.ts";

const FORMAT = "onnx-distill-graphs";
const MANIFEST = "manifest.json";
const WEIGHTS = "weights.safetensors";

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
  readonly format: typeof FORMAT;
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

/** A model that was written. */
export interface GraphFile {
  /** Key of the graph in the manifest. */
  readonly stem: string;
  readonly file: string;
  readonly bytes: number;
  /** Number of ONNX nodes. */
  readonly nodes: number;
}

/** The manifest of graphs in the order of `graphs`, each in a file of its name. */
export function manifest(
  graphs: readonly RecipeGraph[],
  { network, loss, normalization }: Omit<GraphOptions, "unroll">,
): Manifest {
  return {
    format: FORMAT,
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

/**
 * Writes the graphs of a recipe and their manifest.json, which comes last: a directory with a manifest is
 * complete. Graphs that were written there before are replaced.
 *
 * @param options.target - lowering; `portable` by default.
 * @param options.weights - a pretrained network's own parameters and buffers, written as weights.safetensors.
 * @throws when the directory holds something else.
 */
export async function writeGraphs(
  directory: string,
  options: GraphOptions & { readonly target?: Target; readonly weights?: Parameters },
): Promise<GraphFile[]> {
  const { target = "portable", network, weights } = options;
  const graphs = recipeGraphs(networkFor(target, network), options.loss, options.unroll);
  const programs = graphs.map((graph) => compile(toGraph(graph), target));
  await mkdir(directory, { recursive: true });
  await refuseForeign(directory, [...graphs.map(({ name }) => fileOf(name)), WEIGHTS]);
  if (weights) await refuseForeignWeights(directory);
  await rm(join(directory, MANIFEST), { force: true });
  for (const { name, bytes } of programs)
    await writeFileAtomic(join(directory, fileOf(name)), bytes);
  if (weights) await writeFileAtomic(join(directory, WEIGHTS), encodeWeights(network, weights));
  const described = { ...manifest(graphs, options), ...(weights ? { weights: WEIGHTS } : {}) };
  const text = `${JSON.stringify(described, undefined, 2)}\n`;
  await writeFileAtomic(join(directory, MANIFEST), text);
  return programs.map(({ name, bytes, nodes }) => ({
    stem: name,
    file: fileOf(name),
    bytes: bytes.length,
    nodes,
  }));
}

const encodeWeights = ({ parameters, buffers }: Network, weights: Parameters): Uint8Array =>
  encodeSafetensors(
    new Map(
      [...parameters, ...buffers].map(({ name, shape }) => [
        name,
        float32Tensor(weights.get(name)!, [...shape]),
      ]),
    ),
    { format: "pt" },
  );

/** Lets pass what is empty, what has a manifest of ours, and what an interrupted run left behind. */
async function refuseForeign(directory: string, own: readonly string[]): Promise<void> {
  const entries = (await readdir(directory)).filter((entry) => !entry.startsWith("."));
  if (entries.includes(MANIFEST) ? await isOurs(join(directory, MANIFEST)) : isPart(entries, own))
    return;
  throw new Error(
    `${directory} holds files that are no graphs of ours: choose an empty or new directory, or one with a ` +
      `${MANIFEST} of format "${FORMAT}" to replace its graphs`,
  );
}

/** Weights that no manifest of ours names are the user's. */
async function refuseForeignWeights(directory: string): Promise<void> {
  const entries = await readdir(directory);
  if (!entries.includes(WEIGHTS) || !entries.includes(MANIFEST)) return;
  const { weights } = JSON.parse(await readFile(join(directory, MANIFEST), "utf8"));
  if (weights === WEIGHTS) return;
  throw new Error(
    `${join(directory, WEIGHTS)} is not of these graphs: move it, or choose another directory`,
  );
}

const isPart = (entries: readonly string[], own: readonly string[]): boolean =>
  entries.every((entry) => own.includes(entry));

async function isOurs(path: string): Promise<boolean> {
  try {
    return JSON.parse(await readFile(path, "utf8"))?.format === FORMAT;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
