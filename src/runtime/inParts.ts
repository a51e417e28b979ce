import { type Feed, type Feeds, releaseAll } from "./deviceTensor.ts";

/**
 * Runs `size` feeds at a time, with `between` before each part and after the last. Where a part fails, results of those
 * before it are released: nobody gets to see them.
 */
export async function inParts<Result extends ReadonlyMap<string, Feed>>(
  feeds: readonly Feeds[],
  size: number,
  between: () => Promise<void> | void,
  run: (part: readonly Feeds[]) => Promise<Result[]>,
): Promise<Result[]> {
  const results: Result[] = [];
  try {
    for (let i = 0; i < feeds.length; i += size) {
      await between();
      results.push(...(await run(feeds.slice(i, i + size))));
    }
    await between();
    return results;
  } catch (error) {
    results.forEach(releaseAll);
    throw error;
  }
}
