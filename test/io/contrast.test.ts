import { expect, test } from "vitest";
import { contrastRange, greyLevel } from "../../src/io/contrast.ts";

test("auto keeps [0,1] for pixels inside it and widens for others", () => {
  expect(contrastRange([0, 0.2, 1], "auto")).toEqual({ black: 0, white: 1 });
  expect(contrastRange([-1, 0, 1, 2], "auto")).toEqual({ black: -1, white: 2 });
});

test("symmetric stands 2.5 standard deviations either side of the mean", () => {
  const pixels = [...Array<number>(99).fill(0), 100];
  const { black, white } = contrastRange(pixels, "symmetric");
  expect((black + white) / 2).toBeCloseTo(1, 10);
  expect((white - black) / 2).toBeCloseTo(2.5 * Math.sqrt(99), 10);
});

test("pixels that are not finite do not count", () => {
  expect(contrastRange([Number.NaN, -2, Number.POSITIVE_INFINITY, 2], "symmetric")).toEqual({
    black: -2,
    white: 2,
  });
});

test("constant and missing pixels fall back to [0,1]", () => {
  expect(contrastRange([7, 7], "symmetric")).toEqual({ black: 0, white: 1 });
  expect(contrastRange([], "auto")).toEqual({ black: 0, white: 1 });
});

test("grey levels are limited to 0..255", () => {
  const range = { black: -1, white: 1 };
  const levels = [-9, -1, 0, 1, 9, Number.NaN].map((pixel) => greyLevel(pixel, range));
  expect(levels).toEqual([0, 0, 128, 255, 255, 0]);
});
