/** Errors of use, as opposed to failures, and the names a mistyped word may have meant. */

/** The command line is wrong; its message says what was expected, what came and what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const MAX_SUGGESTIONS = 3;
const MIN_PREFIX = 3;

/** Fewest insertions, deletions, replacements and swaps of neighbours that turn a into b. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + Number(a[i - 1] !== b[j - 1]);
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j]!, beforeLast[j - 2]! + 1);
      }
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/**
 * At most three known names near a word, the nearest first: those within a third of its length in
 * edits (at least one), and those that begin with it.
 */
export function suggest(word: string, known: readonly string[]): string[] {
  const typed = word.toLowerCase();
  const limit = Math.max(1, Math.floor(typed.length / 3));
  return known
    .map((name) => ({
      name,
      distance: editDistance(typed, name.toLowerCase()),
      begins: typed.length >= MIN_PREFIX && name.toLowerCase().startsWith(typed),
    }))
    .filter(({ distance, begins }) => begins || distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ name }) => name);
}

/** The error of a word that is none of the known ones, with those that it may have meant. */
export function unknown(what: string, word: string, known: readonly string[]): UsageError {
  const near = suggest(word, known);
  const hint =
    near.length > 0 ? `did you mean ${near.join(" or ")}?` : `known are ${known.join(", ")}`;
  return new UsageError(`unknown ${what} "${word}": ${hint}`);
}
