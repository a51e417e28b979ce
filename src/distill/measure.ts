/** How well networks do as they are. */
import { evaluateGraph, networkFor, toGraph } from "../../graphs/index.ts";
import type { Split } from "../data/dataset.ts";
import type { Graph } from "../ir/graph.ts";
import { peakBytes } from "../ir/memory.ts";
import { sizeOf } from "../ir/value.ts";
import { compile, type Program } from "../onnx/compile.ts";
import type { Target } from "../onnx/lowering/index.ts";
import type { Executor } from "../runtime/executor.ts";
import type { Tensors } from "../runtime/feeds.ts";
import { type AttackScores, confusion, scoreAttack } from "./attack.ts";
import { fillRealBatch } from "./labels.ts";
import type { Parameters, Problem } from "./problem.ts";

/** One network: its accuracy as a fraction and its mean loss. */
export interface Measured {
  readonly accuracy: number;
  readonly loss: number;
  readonly attack?: AttackScores;
}

/** Networks, and what they are to do on which data. */
export type Task = Pick<Problem, "network" | "loss" | "dataset" | "attack">;

/** Most images of one run of the evaluation graph, and the most that its intermediate results may take. */
const MOST_IMAGES = 512;
const MOST_BYTES = 2 ** 29;

/** The graph that measures networks, and how many images it takes at a time. */
export function evaluationGraph(
  { network, loss, dataset: { train, test } }: Omit<Task, "attack">,
  target: Target,
): { readonly graph: Graph; readonly batch: number } {
  const computed = networkFor(target, network);
  const graphOf = (batch: number) => toGraph(evaluateGraph(computed, loss, batch));
  let batch = Math.min(MOST_IMAGES, Math.max(train.count, test.count));
  let graph = graphOf(batch);
  while (batch > 1 && intermediateBytes(graph) > MOST_BYTES) {
    batch = Math.ceil(batch / 2);
    graph = graphOf(batch);
  }
  return { graph, batch };
}

/** Measures networks on splits of a data set. Program and batches are made once. */
export class Tester {
  readonly #task: Task;
  readonly #executor: Executor;
  readonly #program: Program;
  /** Images of one run of the program. */
  readonly #batch: number;
  readonly #batches = new Map<Split, RealBatches>();
  readonly #onNetwork: (() => void) | undefined;

  /** `onNetwork` is called whenever a network has been measured. */
  constructor(task: Task, executor: Executor, onNetwork?: () => void) {
    this.#task = task;
    this.#executor = executor;
    this.#onNetwork = onNetwork;
    const { graph, batch } = evaluationGraph(task, executor.target);
    this.#batch = batch;
    this.#program = compile(graph, executor.target);
  }

  /** Accuracy and mean loss of each network as it is. */
  async measureEach(networks: readonly Parameters[], split: Split): Promise<Measured[]> {
    const batches = this.#batchesOf(split);
    const measured: Measured[] = [];
    for (const parameters of networks) {
      const results = await this.#executor.run(
        this.#program,
        batches.map(
          ({ images, labels }) =>
            new Map([...parameters, ["real_images", images], ["real_labels", labels]]),
        ),
      );
      const total = (name: string): number =>
        results.reduce(
          (sum, tensors, i) => sum + sumOfFirst(tensors.get(name)!, batches[i]!.count),
          0,
        );
      measured.push({
        accuracy: total("correct") / split.count,
        loss: total("loss") / split.count,
        ...this.#attackScores(split, results),
      });
      this.#onNetwork?.();
    }
    return measured;
  }

  /** Of an attack: what the evaluated batches of a split say of it. */
  #attackScores(split: Split, results: readonly Tensors[]): Pick<Measured, "attack"> {
    const { attack, dataset, network } = this.#task;
    if (!attack) return {};
    const logits = new Float32Array(results.length * this.#batch * network.classes);
    results.forEach((tensors, b) => {
      logits.set(tensors.get("logits")!, b * this.#batch * network.classes);
    });
    const counts = confusion(
      logits.subarray(0, split.count * network.classes),
      split.labels,
      dataset.classes.length,
    );
    const sizes = dataset.classes.map((_, k) => countOf(split.labels, k));
    return { attack: scoreAttack(counts, sizes, dataset.classes, attack) };
  }

  /** Normalised batches of a split; the last is padded with images that are not counted. */
  #batchesOf(split: Split): RealBatches {
    const known = this.#batches.get(split);
    if (known) return known;
    const { dataset, network } = this.#task;
    const [channels, height, width] = dataset.shape;
    const batch = this.#batch;
    const batches = Array.from({ length: Math.ceil(split.count / batch) }, (_, b) => {
      const indices = Array.from({ length: batch }, (_, i) =>
        Math.min(b * batch + i, split.count - 1),
      );
      const images = new Float32Array(batch * channels * height * width);
      const labels = new Float32Array(batch * network.classes);
      fillRealBatch(this.#task, split, indices, { images, labels });
      return { images, labels, count: Math.min(batch, split.count - b * batch) };
    });
    this.#batches.set(split, batches);
    return batches;
  }
}

/** What a graph needs at its peak besides its inputs. */
const intermediateBytes = (graph: Graph): number =>
  graph.inputs.reduce((bytes, { shape }) => bytes - 4 * sizeOf(shape), peakBytes(graph));

type RealBatches = readonly {
  readonly images: Float32Array;
  readonly labels: Float32Array;
  readonly count: number;
}[];

function sumOfFirst(values: Float32Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i]!;
  return sum;
}

const countOf = (labels: Uint16Array, label: number): number =>
  labels.reduce((count, other) => count + Number(other === label), 0);
