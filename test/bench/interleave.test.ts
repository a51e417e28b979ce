import { expect, test } from "vitest";
import { interleave, type Runner } from "../../src/bench/interleave.ts";

/** A runner whose first iteration is slow, and whose memory grows with every turn. */
function fakeRunner(name: string, milliseconds: number, log: string[]): Runner {
  let turns = 0;
  return async (iterations) => {
    turns++;
    log.push(`${name}${iterations}`);
    const rest = Array.from({ length: iterations - 1 }, (_, i) => milliseconds + i);
    return { milliseconds: [1000, ...rest], rss: 100 * turns };
  };
}

test("runners take turns, and the first iteration of each turn is not counted", async () => {
  const log: string[] = [];
  const runners = [fakeRunner("ours", 10, log), fakeRunner("peer", 20, log)];
  const timings = await interleave(runners, { rounds: 2, iterations: 4 });
  expect(log).toEqual(["ours4", "peer4", "ours4", "peer4"]);
  expect(timings).toEqual([
    { median: 11, min: 10, max: 12, rss: 200 },
    { median: 21, min: 20, max: 22, rss: 200 },
  ]);
});

test("each turn is announced", async () => {
  const turns: [number, number][] = [];
  const runners = [fakeRunner("a", 1, []), fakeRunner("b", 1, [])];
  await interleave(runners, {
    rounds: 2,
    iterations: 2,
    onTurn: (round, runner) => turns.push([round, runner]),
  });
  expect(turns).toEqual([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]);
});

test("an aborted signal stops between two turns", async () => {
  const controller = new AbortController();
  const log: string[] = [];
  const stopping: Runner = (iterations) => {
    controller.abort(new Error("stopped"));
    return fakeRunner("a", 1, log)(iterations);
  };
  const timings = interleave([stopping, fakeRunner("b", 1, log)], {
    rounds: 3,
    iterations: 2,
    signal: controller.signal,
  });
  await expect(timings).rejects.toThrow("stopped");
  expect(log).toEqual(["a2"]);
});

test.each([
  [0, 2],
  [1, 1],
])("%i rounds of %i iterations have nothing to count", async (rounds, iterations) => {
  await expect(interleave([], { rounds, iterations })).rejects.toThrow(
    "expected at least 1 round of 2 iterations",
  );
});
