import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { paintImages } from "../../src/web/paintedImages.ts";
import { VERSION } from "../../src/web/version.ts";

test("images are painted as RGBA with one contrast, grey where they have one channel", () => {
  const grey = paintImages(Float32Array.of(0, 1, 0.5, 1), [2, 1, 1, 1, 2], { mean: [0], std: [1] });
  expect([...grey.pixels]).toEqual([
    ...[0, 0, 0, 255, 255, 255, 255, 255],
    ...[128, 128, 128, 255, 255, 255, 255, 255],
  ]);
  const colour = paintImages(Float32Array.of(-1, 0, 1), [1, 1, 3, 1, 1], {
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  });
  expect([...colour.pixels]).toEqual([0, 128, 255, 255]);
});

test("the version that pages report is the package's", () => {
  const { version } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  ) as { version: string };
  expect(VERSION).toBe(version);
});
