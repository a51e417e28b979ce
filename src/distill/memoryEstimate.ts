/**
 * What a run is expected to take of the machine's memory. What can be counted is counted; the factors and constants were
 * measured on Linux with Node 20 and ONNX Runtime 1.30 (docs/performance.md).
 */
import { networkFor, toGraph, trainGraph } from "../../graphs/index.ts";
import type { Graph } from "../ir/graph.ts";
import { optimize } from "../ir/passes/index.ts";
import { sizeOf } from "../ir/value.ts";
import { type Program, programOf } from "../onnx/compile.ts";
import { lower, type Target } from "../onnx/lowering/index.ts";
import { workingBytes } from "../onnx/workingMemory.ts";
import { evaluationGraph } from "./measure.ts";
import type { Problem } from "./problem.ts";
import { isFixed, knownNetworks } from "./recipe.ts";

const MEBI = 2 ** 20;

/** The runtime's allocator leaves gaps between what it hands out. */
const WITH_GAPS = 1.15;

/** A node of a loaded program, in the runtime; and of a graph while it is made, in the thread that makes it. */
const PER_NODE = 6 * 2 ** 10;
const PER_NODE_MADE = 12 * 2 ** 10;

/** A thread with its own JavaScript, and the process with this project's and the runtime's code. */
const PER_THREAD = 40 * MEBI;
const PROCESS = 100 * MEBI;

/** A program, and the bytes that it takes in the thread that runs it. */
export interface MeasuredProgram {
  readonly program: Program;
  readonly bytes: number;
}

/**
 * Compiles a graph and says what its program takes: intermediate results, its inputs twice, where they are handed over
 * and where they are computed with, and its outputs once more, as they are handed back.
 */
export function measuredProgram(graph: Graph, target: Target): MeasuredProgram {
  const model = lower(optimize(graph), target);
  const program = programOf(model);
  const bytes =
    WITH_GAPS * workingBytes(model) +
    2 * floats(model.inputs) +
    floats(model.outputs) +
    PER_NODE * program.nodes;
  return { program, bytes };
}

const floats = (tensors: readonly { readonly shape: readonly number[] }[]): number =>
  tensors.reduce((bytes, { shape }) => bytes + 4 * sizeOf(shape), 0);

/**
 * What a lane takes besides the programs of the meta-gradient: a thread, and the programs that train networks on the
 * images and test them, which stay loaded from one point of the curve to the next, with the network's parameters before
 * and after an epoch.
 */
export function evaluationBytes(problem: Problem, target: Target): number {
  const { network, loss, unroll } = problem;
  const { graph } = evaluationGraph(problem, target);
  // The steps of an epoch follow each other in the memory of one.
  const step = { ...unroll, steps: 1, epochs: 1 };
  const training = toGraph(trainGraph(networkFor(target, network), loss, step));
  return [graph, training].reduce(
    (bytes, one) => bytes + measuredProgram(one, target).bytes,
    PER_THREAD + 2 * floats(network.parameters),
  );
}

/**
 * What the process takes besides its workers: the data and the float32 batches that are made of them, known networks,
 * and graphs of so many nodes while they are made.
 */
export function processBytes(
  { dataset, heldOut, unroll, network, recipe, pretrained }: Problem,
  nodes: number,
): number {
  const pixels = sizeOf(dataset.shape);
  const { train, test } = dataset;
  const bytes = pixels * (train.count + test.count);
  const batches = 4 * pixels * (test.count + heldOut.count + 2 * unroll.batch);
  const networks = isFixed(recipe) ? knownNetworks(recipe) : Math.max(1, pretrained.length);
  return (
    PROCESS +
    bytes +
    batches +
    networks * floats([...network.parameters, ...network.buffers]) +
    PER_NODE_MADE * nodes
  );
}
