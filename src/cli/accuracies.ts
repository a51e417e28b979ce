/** The accuracies that commands report: before and after training on distilled images, and the baseline. */
import type { Statistic } from "../distill/evaluate.ts";
import { formatPercent } from "./format.ts";

export interface Accuracies {
  readonly before: Statistic;
  readonly accuracy: Statistic;
  readonly baseline: Statistic & { readonly name: string };
}

const short = ({ mean, std, n }: Statistic): Statistic => ({ mean, std, n });

/** Fractions, for JSON. */
export const accuraciesJson = ({ before, accuracy, baseline }: Accuracies): Accuracies => ({
  before: short(before),
  accuracy: short(accuracy),
  baseline: { name: baseline.name, ...short(baseline) },
});

/** Rows of a table, in per cent. */
export const accuracyRows = ({ before, accuracy, baseline }: Accuracies): string[][] => [
  ["before training", formatPercent(before)],
  ["trained on the distilled images", formatPercent(accuracy)],
  [`${baseline.name} at the same budget`, formatPercent(baseline)],
];
