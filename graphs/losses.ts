/** Losses on logits. Labels are float rows, one-hot or soft; no row is assumed to sum to 1. */
import {
  add,
  logSoftmax,
  mul,
  neg,
  reduceMean,
  reduceSum,
  softplus,
  sub,
} from "../src/ir/builders/index.ts";
import type { Value } from "../src/ir/value.ts";

export const lossNames = ["softmax_cross_entropy", "binary_cross_entropy"] as const;
export type LossName = (typeof lossNames)[number];

/** The loss that fits the number of logits. */
export const lossFor = (classes: number): LossName =>
  classes === 1 ? "binary_cross_entropy" : "softmax_cross_entropy";

/**
 * Loss of each image, [n], for logits z [n,K] and labels y [n,K]:
 * softmax cross-entropy -sum_k y_k log softmax(z)_k, or for one logit -y log s(z) - (1 - y) log s(-z).
 */
export function lossPerImage(loss: LossName, logits: Value, labels: Value): Value {
  if (loss === "softmax_cross_entropy") return neg(reduceSum(mul(labels, logSoftmax(logits)), [1]));
  return reduceSum(
    add(mul(labels, softplus(neg(logits))), mul(sub(1, labels), softplus(logits))),
    [1],
  );
}

/** Mean loss of a batch, []. */
export const batchLoss = (loss: LossName, logits: Value, labels: Value): Value =>
  reduceMean(lossPerImage(loss, logits, labels));
