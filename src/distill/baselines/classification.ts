/** k-NN classification on the same few images that networks are trained on. */
import { fillBatch, type Split } from "../../data/dataset.ts";
import { sizeOf } from "../../ir/value.ts";
import { type Statistic, statistic } from "../evaluate.ts";
import { wantedClass } from "../objective.ts";
import type { Problem } from "../problem.ts";
import { selectionImages } from "../settings.ts";
import type { ImageSet } from "../trials.ts";
import { imagesPerClass } from "./classMembers.ts";
import { type Norm, nearestNeighbours, vote } from "./nearestNeighbours.ts";

/** Neighbours asked and how distances are measured. */
export interface Neighbourhood {
  readonly k: number;
  readonly p: Norm;
}

/** Accuracy on the test images, as a fraction, over the sets; of an attack, against the changed labels. */
export interface Classified extends Neighbourhood {
  readonly accuracy: Statistic;
}

const NORMS: readonly Norm[] = [1, 2];

/** Images that are classified before anything else may happen. */
const BATCH = 256;

/**
 * Classifies the test images by the nearest ones of each set in normalised pixel space, as chosen on training images.
 * @throws the signal's reason once it is aborted.
 */
export async function classifyByNeighbours(
  problem: Problem,
  sets: readonly ImageSet[],
  signal?: AbortSignal,
): Promise<Classified> {
  const { k, p } = await chooseNeighbourhood(problem, sets, signal);
  const tested: number[] = [];
  for (const set of sets)
    tested.push(...(await accuracies(problem, set, problem.dataset.test, [k], p, signal)));
  return { k, p, accuracy: statistic(tested) };
}

/** The odd k up to the images per class and the p of 1 and 2 that classify training images best. */
export async function chooseNeighbourhood(
  problem: Problem,
  sets: readonly ImageSet[],
  signal?: AbortSignal,
): Promise<Neighbourhood> {
  const most = imagesPerClass(problem);
  const ks = Array.from({ length: Math.ceil(most / 2) }, (_, i) => 2 * i + 1);
  const selection = selectionImages(problem);
  let best = { k: 1, p: NORMS[0]!, accuracy: -1 };
  for (const p of NORMS) {
    const each: number[][] = [];
    for (const set of sets) each.push(await accuracies(problem, set, selection, ks, p, signal));
    ks.forEach((k, i) => {
      const accuracy = statistic(each.map((ofSet) => ofSet[i]!)).mean;
      if (accuracy > best.accuracy) best = { k, p, accuracy };
    });
  }
  return { k: best.k, p: best.p };
}

/** Accuracy for every k; of an attack, against the changed labels. */
async function accuracies(
  { attack, dataset, network }: Problem,
  set: ImageSet,
  split: Split,
  ks: readonly number[],
  p: Norm,
  signal?: AbortSignal,
): Promise<number[]> {
  const size = sizeOf(dataset.shape);
  const classes = classesOf(set.labels, network.classes);
  const most = Math.max(...ks);
  const correct = ks.map(() => 0);
  for (let start = 0; start < split.count; start += BATCH) {
    const count = Math.min(BATCH, split.count - start);
    const queries = new Float32Array(count * size);
    const labels = new Float32Array(count * dataset.classes.length);
    const indices = Array.from({ length: count }, (_, i) => start + i);
    fillBatch(dataset, split, indices, queries, labels);
    const nearest = nearestNeighbours(queries, set.images, size, most, p);
    for (let q = 0; q < count; q++) {
      const neighbours = Array.from(nearest.subarray(q * most, (q + 1) * most), (i) => classes[i]!);
      const wanted = wantedClass(attack, split.labels[start + q]!);
      ks.forEach((k, i) => {
        if (vote(neighbours, k) === wanted) correct[i] = correct[i]! + 1;
      });
    }
    // Lets timers and signals have their turn.
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
  }
  return correct.map((number) => number / split.count);
}

/** The class of each image from its row of labels [K]: the first largest; for one logit, 1 past a half. */
export function classesOf(labels: Float32Array, classes: number): number[] {
  if (classes === 1) return Array.from(labels, (label) => Number(label > 0.5));
  return Array.from({ length: labels.length / classes }, (_, i) => {
    const row = labels.subarray(i * classes, (i + 1) * classes);
    return row.indexOf(row.reduce((most, label) => Math.max(most, label)));
  });
}
