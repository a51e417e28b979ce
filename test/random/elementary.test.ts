import { expect, test } from "vitest";
import { cos, log, sin, sineOfTurn } from "../../src/random/elementary.ts";
import { random } from "../../src/random/generator.ts";

const POINTS = 20_000;

function worstRelativeError(
  ours: (x: number) => number,
  theirs: (x: number) => number,
  draw: () => number,
): number {
  let worst = 0;
  for (let i = 0; i < POINTS; i++) {
    const x = draw();
    const expected = theirs(x);
    if (expected !== 0) worst = Math.max(worst, Math.abs(ours(x) - expected) / Math.abs(expected));
  }
  return worst;
}

test("log agrees with Math.log to 5e-16 over the whole range of doubles", () => {
  const rng = random(1, "log");
  expect(worstRelativeError(log, Math.log, () => 3 * rng.uniform())).toBeLessThan(5e-16);
  const wide = () => 2 ** ((rng.uniform() - 0.5) * 2040);
  expect(worstRelativeError(log, Math.log, wide)).toBeLessThan(5e-16);
});

test("log of the special values is that of Math.log", () => {
  for (const x of [1, 0, -0, -1, Infinity, Number.NaN, 5e-324, Number.MAX_VALUE, 2 ** -1022]) {
    expect(log(x)).toBe(Math.log(x));
  }
});

test("sin and cos agree with Math.sin and Math.cos to 1e-15 up to a million radians", () => {
  const rng = random(1, "angle");
  for (const range of [1e-8, 1, 10, 1e3, 2e6]) {
    const draw = () => (rng.uniform() - 0.5) * range;
    expect(worstRelativeError(sin, Math.sin, draw)).toBeLessThan(1e-15);
    expect(worstRelativeError(cos, Math.cos, draw)).toBeLessThan(1e-15);
  }
  expect(sin(0)).toBe(0);
  expect(cos(0)).toBe(1);
});

test("sin and cos refuse angles that they cannot reduce", () => {
  expect(() => sin(1.1e6)).toThrow("within +-1000000 radians, got 1100000");
  expect(() => cos(Number.NaN)).toThrow("got NaN");
});

test("sineOfTurn is exact at the quarters and accurate between them", () => {
  expect([0, 2 ** 30, 2 ** 31].map(sineOfTurn)).toEqual([0, 1, -0]);
  expect(sineOfTurn(3 * 2 ** 30)).toBe(-1);
  const rng = random(1, "turn");
  for (let i = 0; i < POINTS; i++) {
    const turn = rng.uint32();
    expect(Math.abs(sineOfTurn(turn) - Math.sin((2 * Math.PI * turn) / 2 ** 32))).toBeLessThan(
      2e-15,
    );
  }
});
