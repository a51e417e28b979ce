import { expect, test } from "vitest";
import { caseResult, type PeerTiming } from "../../src/bench/caseResult.ts";

const caseA = { name: "a", largestError: 1e-3 };
const timing = (median: number) => ({ median, min: median, max: median, rss: 1 });
const peer = (name: string, median: number, imageGradientError = 1e-6): PeerTiming => ({
  name,
  ...timing(median),
  imageGradientError,
});

test("the ratio is to the fastest peer, which comes first", () => {
  const { peers, ratio } = caseResult(caseA, timing(50), [peer("slow", 200), peer("fast", 100)]);
  expect(peers.map(({ name }) => name)).toEqual(["fast", "slow"]);
  expect(ratio).toBe(0.5);
});

test("without a peer there is no ratio", () => {
  expect(caseResult(caseA, timing(50), [])).toEqual({
    name: "a",
    ours: timing(50),
    peers: [],
    ratio: null,
  });
});

test.each([1.1e-3, Number.NaN])("a gradient error of %f withholds the ratio", (error) => {
  expect(
    caseResult(caseA, timing(50), [peer("good", 100), peer("off", 200, error)]).ratio,
  ).toBeNull();
});

test("the largest gradient error that a case allows still counts as agreement", () => {
  expect(caseResult(caseA, timing(50), [peer("edge", 100, 1e-3)]).ratio).toBe(0.5);
});
