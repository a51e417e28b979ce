import { expect, test } from "vitest";
import { spreadOf } from "../../src/bench/statistics.ts";

test.each([
  [[3], { median: 3, min: 3, max: 3 }],
  [[5, 1, 3], { median: 3, min: 1, max: 5 }],
  [[10, 1, 4, 2], { median: 3, min: 1, max: 10 }],
])("the spread of %j", (values, spread) => {
  expect(spreadOf(values)).toEqual(spread);
});

test("no values have no median", () => {
  expect(() => spreadOf([])).toThrow(RangeError);
});
