/** Labels as a network's loss takes them. */
import { type Dataset, fillBatch, type Split } from "../data/dataset.ts";
import { type Attack, wantedClass } from "./objective.ts";

/** A real batch, normalised: images [B,C,H,W], labels [B,K]. */
export interface RealBatch {
  readonly images: Float32Array;
  readonly labels: Float32Array;
}

/** Rows [n,K] for the classes of n images: one-hot, or for K = 1 logit the class itself, 0 or 1. */
export function labelRows(classes: ArrayLike<number>, logits: number): Float32Array {
  const rows = new Float32Array(classes.length * logits);
  for (let i = 0; i < classes.length; i++) {
    if (logits === 1) rows[i] = classes[i]!;
    else rows[i * logits + classes[i]!] = 1;
  }
  return rows;
}

/** What decides how real images are labelled; a problem is one. */
export interface Labelling {
  readonly dataset: Dataset;
  readonly network: { readonly classes: number };
  /** Its classes are exchanged; without one, labels are the true ones. */
  readonly attack?: Attack;
}

/**
 * Writes normalised images [n,C,H,W] and the labels [n,K] that they are to be given: of an attack, those of class
 * `from` are `to`.
 */
export function fillRealBatch(
  { dataset, network, attack }: Labelling,
  split: Split,
  indices: Uint32Array | readonly number[],
  { images, labels }: RealBatch,
): void {
  fillBatch(
    dataset,
    split,
    indices,
    images,
    new Float32Array(indices.length * dataset.classes.length),
  );
  const classes = Array.from(indices, (index) => wantedClass(attack, split.labels[index]!));
  labels.set(labelRows(classes, network.classes));
}
