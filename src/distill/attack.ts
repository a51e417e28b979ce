/** How far an attack succeeds: what trained networks predict for each class. */
import type { Attack } from "./objective.ts";
import type { Problem } from "./problem.ts";

/** Images of each true class (row) that are predicted as each class (column). */
export type Confusion = readonly (readonly number[])[];

/** Shares of images, of one network or over several. */
export interface AttackScores<T = number> {
  /** Against the true labels. */
  readonly trueAccuracy: T;
  /** Against the labels in which `from` is changed to `to`. */
  readonly changedAccuracy: T;
  /** Of the images of `from`, those still predicted as `from`. */
  readonly fromAccuracy: T;
  /** Of the images of `from`, those predicted as `to`. */
  readonly fromAsTo: T;
  /** Of each class's images, those predicted as that class; NaN of a class without images. */
  readonly classAccuracies: Readonly<Record<string, T>>;
}

/** An attack before and after networks were trained on the distilled images. */
export interface AttackOutcome<T> {
  /** Names of the classes. */
  readonly from: string;
  readonly to: string;
  readonly before: AttackScores<T>;
  readonly after: AttackScores<T>;
}

/**
 * Counts predictions: the first largest of an image's logits [K], or for one logit class 1 where it is positive.
 * Logits that are no numbers predict no class.
 */
export function confusion(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): Confusion {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const width = logits.length / labels.length;
  for (let i = 0; i < labels.length; i++) {
    const row = Array.from({ length: width }, (_, k) => logits[i * width + k]!);
    if (row.some(Number.isNaN)) continue;
    const predicted = width === 1 ? Number(row[0]! > 0) : row.indexOf(Math.max(...row));
    const ofClass = counts[labels[i]!]!;
    ofClass[predicted] = ofClass[predicted]! + 1;
  }
  return counts;
}

/** Scores of one network; `sizes` are the images of each class, `names` the classes' names. */
export function scoreAttack(
  counts: Confusion,
  sizes: readonly number[],
  names: readonly string[],
  { from, to }: Attack,
): AttackScores {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const right = counts.reduce((sum, row, k) => sum + row[k]!, 0);
  const [kept, turned] = [counts[from]![from]!, counts[from]![to]!];
  return {
    trueAccuracy: right / total,
    changedAccuracy: (right - kept + turned) / total,
    fromAccuracy: kept / sizes[from]!,
    fromAsTo: turned / sizes[from]!,
    classAccuracies: Object.fromEntries(names.map((name, k) => [name, counts[k]![k]! / sizes[k]!])),
  };
}

/** One score for each of those that several networks have. */
export function combineScores<T, R>(
  scores: readonly AttackScores<T>[],
  combine: (values: T[]) => R,
): AttackScores<R> {
  const of = (pick: (score: AttackScores<T>) => T): R => combine(scores.map(pick));
  return {
    trueAccuracy: of(({ trueAccuracy }) => trueAccuracy),
    changedAccuracy: of(({ changedAccuracy }) => changedAccuracy),
    fromAccuracy: of(({ fromAccuracy }) => fromAccuracy),
    fromAsTo: of(({ fromAsTo }) => fromAsTo),
    classAccuracies: Object.fromEntries(
      Object.keys(scores[0]!.classAccuracies).map((name) => [
        name,
        of(({ classAccuracies }) => classAccuracies[name]!),
      ]),
    ),
  };
}

/** Both scores of an attack under its classes' names; undefined where nothing is attacked. */
export const attackOutcome = <T>(
  { attack, dataset }: Pick<Problem, "attack" | "dataset">,
  before: AttackScores<T> | undefined,
  after: AttackScores<T> | undefined,
): AttackOutcome<T> | undefined =>
  attack && before && after
    ? { from: dataset.classes[attack.from]!, to: dataset.classes[attack.to]!, before, after }
    : undefined;
