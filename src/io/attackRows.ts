/** The outcome of an attack as text. */
import type { AttackOutcome, AttackScores } from "../distill/attack.ts";
import { formatPercent, type Statistic } from "./quantities.ts";

/** Rows of what was measured, its value before training on the images, and after, in per cent. */
export function attackRows({
  from,
  to,
  before,
  after,
}: AttackOutcome<Statistic>): [what: string, before: string, after: string][] {
  const row = (
    what: string,
    pick: (scores: AttackScores<Statistic>) => Statistic,
  ): [string, string, string] => [what, share(pick(before)), share(pick(after))];
  return [
    row("accuracy, true labels", ({ trueAccuracy }) => trueAccuracy),
    row(`accuracy, ${from} labelled ${to}`, ({ changedAccuracy }) => changedAccuracy),
    row(`${from} predicted as ${to}`, ({ fromAsTo }) => fromAsTo),
    row(`${from} predicted as ${from}`, ({ fromAccuracy }) => fromAccuracy),
    ...Object.keys(before.classAccuracies)
      .filter((name) => name !== from)
      .map((name) =>
        row(`${name} predicted as ${name}`, ({ classAccuracies }) => classAccuracies[name]!),
      ),
  ];
}

const share = (statistic: Statistic): string =>
  Number.isNaN(statistic.mean) ? "no test images" : formatPercent(statistic);
