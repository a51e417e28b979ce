/** Learned labels as a reader sees them. */
import { formatNumber } from "./quantities.ts";

/** One distilled image's label in words. */
export interface LearnedLabel {
  /** Counted from 1, as in the sheets. */
  readonly step: number;
  readonly image: number;
  /** Class whose one-hot label it started with. */
  readonly start: string;
  /** Its largest entries, largest first; of one logit, the one there is. */
  readonly label: string;
}

export interface LearnedLabelsOptions {
  /** [S,n,K], row-major. */
  readonly labels: Float32Array;
  /** S and K. */
  readonly steps: number;
  readonly logits: number;
  /** Class that each image started with, [S*n]. */
  readonly start: readonly number[];
  /** Names of the classes. */
  readonly classes: readonly string[];
}

const SHOWN = 3;

/** A row per distilled image with the largest entries of its label; a single logit's label is that of class 1. */
export function learnedLabels(options: LearnedLabelsOptions): LearnedLabel[] {
  const { labels, steps, logits, start, classes } = options;
  const perStep = start.length / steps;
  return start.map((first, i) => {
    const entries = Array.from(labels.subarray(i * logits, (i + 1) * logits), (value, k) => ({
      name: classes[logits === 1 ? 1 : k]!,
      value,
    }));
    const largest = entries.sort((a, b) => b.value - a.value).slice(0, SHOWN);
    return {
      step: Math.floor(i / perStep) + 1,
      image: (i % perStep) + 1,
      start: classes[first]!,
      label: largest.map(({ name, value }) => `${name}: ${formatNumber(value)}`).join(", "),
    };
  });
}
