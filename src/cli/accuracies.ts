/** The accuracies that commands report: before and after training on distilled images, and the baseline. */
import { type AttackOutcome, combineScores } from "../distill/attack.ts";
import { type Statistic, statistic } from "../distill/evaluate.ts";
import { attackRows } from "../io/attackRows.ts";
import { formatPercent, formatTable } from "./format.ts";

export interface Accuracies {
  readonly before: Statistic;
  readonly accuracy: Statistic;
  readonly baseline: Statistic & { readonly name: string };
  /** Of an attack, whose other accuracies are against the changed labels. */
  readonly attack?: AttackOutcome<Statistic>;
}

const short = ({ mean, std, n }: Statistic): Statistic => ({ mean, std, n });

/** Fractions, for JSON. */
export const accuraciesJson = ({ before, accuracy, baseline, attack }: Accuracies): Accuracies => ({
  before: short(before),
  accuracy: short(accuracy),
  baseline: { name: baseline.name, ...short(baseline) },
  ...(attack ? { attack } : {}),
});

/** Rows of a table, in per cent. */
export function accuracyRows({ before, accuracy, baseline, attack }: Accuracies): string[][] {
  const against = attack ? ", changed labels" : "";
  return [
    [`before training${against}`, formatPercent(before)],
    [`trained on the distilled images${against}`, formatPercent(accuracy)],
    [`${baseline.name} at the same budget`, formatPercent(baseline)],
  ];
}

/** A table of an attack's outcome to follow another table, or nothing. */
export const attackText = ({ attack }: Accuracies): string =>
  attack
    ? `\n\n${formatTable(attackRows(attack), { header: [`attack: ${attack.from} as ${attack.to}`, "before", "after"] })}`
    : "";

/** An attack's outcome over seeds: the mean of each run counts as one value. */
export function attackOverSeeds(runs: readonly Accuracies[]): AttackOutcome<Statistic> | undefined {
  const attacks = runs.flatMap(({ attack }) => attack ?? []);
  const [first] = attacks;
  if (!first) return undefined;
  const over = (when: "before" | "after") =>
    combineScores(
      attacks.map((attack) => attack[when]),
      (values) => statistic(values.map(({ mean }) => mean)),
    );
  return { from: first.from, to: first.to, before: over("before"), after: over("after") };
}
