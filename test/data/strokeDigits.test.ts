import { createHash } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { WRITING_STYLES } from "../../src/data/strokeDigits/skeletons.ts";
import { strokeDigits } from "../../src/data/strokeDigits.ts";

const PIXELS = 28 * 28;

afterEach(() => {
  vi.restoreAllMocks();
});

function image(images: Uint8Array, i: number): Uint8Array {
  return images.subarray(i * PIXELS, (i + 1) * PIXELS);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

test("the first hundred images and labels never change", () => {
  const { train } = strokeDigits({ seed: 1, train: 100, test: 0 });
  expect(sha256(train.images)).toBe(
    "ee916832eefd461efd78b10b316da6087671dfd6ed0fd2ecf3ca117a934338d5",
  );
  expect([...train.labels.subarray(0, 20)]).toEqual([
    7, 5, 4, 1, 9, 8, 6, 0, 3, 2, 0, 3, 1, 6, 2, 5, 4, 7, 8, 9,
  ]);
});

test("no function of Math that engines may round differently takes part", () => {
  const expected = strokeDigits({ seed: 2, train: 50, test: 10 });
  for (const name of [
    "sin",
    "cos",
    "tan",
    "atan2",
    "exp",
    "log",
    "pow",
    "hypot",
    "cbrt",
  ] as const) {
    vi.spyOn(Math, name).mockImplementation(() => {
      throw new Error(`Math.${name} was called`);
    });
  }
  vi.spyOn(Math, "random").mockImplementation(() => {
    throw new Error("Math.random was called");
  });
  expect(strokeDigits({ seed: 2, train: 50, test: 10 })).toEqual(expected);
});

test("a smaller set is the beginning of a larger one", () => {
  const small = strokeDigits({ seed: 3, train: 23, test: 7 });
  const large = strokeDigits({ seed: 3, train: 40, test: 20 });
  expect(small.train.images).toEqual(large.train.images.subarray(0, 23 * PIXELS));
  expect(small.train.labels).toEqual(large.train.labels.subarray(0, 23));
  expect(small.test.images).toEqual(large.test.images.subarray(0, 7 * PIXELS));
  expect(small.test.labels).toEqual(large.test.labels.subarray(0, 7));
});

test("seeds and splits give different images", () => {
  const first = strokeDigits({ seed: 4, train: 10, test: 10 });
  const other = strokeDigits({ seed: 5, train: 10, test: 10 });
  const hashes = [first.train, first.test, other.train, other.test].map((s) => sha256(s.images));
  expect(new Set(hashes).size).toBe(4);
});

test("every ten successive labels are the ten digits, in changing order", () => {
  const { labels } = strokeDigits({ seed: 6, train: 200, test: 0 }).train;
  const orders = new Set<string>();
  for (let i = 0; i < 200; i += 10) {
    const ten = [...labels.subarray(i, i + 10)];
    orders.add(ten.join(""));
    expect(ten.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  }
  expect(orders.size).toBe(20);
});

test("ink fits a 20 x 20 box, soft edges aside, centred by its mass", () => {
  const count = 300;
  const { images } = strokeDigits({ seed: 7, train: count, test: 0 }).train;
  for (let i = 0; i < count; i++) {
    const pixels = image(images, i);
    let mass = 0;
    let massX = 0;
    let massY = 0;
    let left = 28;
    let right = -1;
    let top = 28;
    let bottom = -1;
    for (let at = 0; at < PIXELS; at++) {
      const value = pixels[at]!;
      const x = at % 28;
      const y = Math.floor(at / 28);
      mass += value;
      massX += value * (x + 0.5);
      massY += value * (y + 0.5);
      if (value < 128) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
    expect(Math.abs(massX / mass - 14)).toBeLessThanOrEqual(0.51);
    expect(Math.abs(massY / mass - 14)).toBeLessThanOrEqual(0.51);
    const side = Math.max(right - left, bottom - top) + 1;
    expect(side).toBeGreaterThanOrEqual(17);
    expect(side).toBeLessThanOrEqual(22);
  }
});

test("paper is 0, strokes reach 255, and ink covers a plausible part of the image", () => {
  const count = 300;
  const { images } = strokeDigits({ seed: 8, train: count, test: 0 }).train;
  for (let i = 0; i < count; i++) {
    const pixels = image(images, i);
    const coverage = pixels.reduce((sum, value) => sum + value, 0) / (255 * PIXELS);
    expect(coverage).toBeGreaterThan(0.015);
    expect(coverage).toBeLessThan(0.4);
    expect(Math.max(...pixels)).toBeGreaterThan(200);
    expect([pixels[0], pixels[27], pixels[PIXELS - 28], pixels[PIXELS - 1]]).toEqual([0, 0, 0, 0]);
  }
});

test("nearest class means of one split read most of the other", () => {
  const { train, test: held } = strokeDigits({ seed: 9, train: 1000, test: 300 });
  const means = Array.from({ length: 10 }, () => new Float64Array(PIXELS));
  train.labels.forEach((label, i) => {
    image(train.images, i).forEach((value, at) => {
      means[label]![at]! += value / 100;
    });
  });
  let correct = 0;
  held.labels.forEach((label, i) => {
    const pixels = image(held.images, i);
    const distances = means.map((mean) =>
      mean.reduce((sum, value, at) => sum + (value - pixels[at]!) ** 2, 0),
    );
    if (distances.indexOf(Math.min(...distances)) === label) correct++;
  });
  expect(correct / 300).toBeGreaterThan(0.6);
});

test("every digit has several styles, whose variants agree in strokes and points", () => {
  expect(WRITING_STYLES).toHaveLength(10);
  for (const [digit, styles] of WRITING_STYLES.entries()) {
    expect(styles.length).toBeGreaterThanOrEqual(3);
    for (const { name, weight, variants } of styles) {
      expect(weight).toBeGreaterThan(0);
      const layout = variants[0]!.map((stroke) => stroke.length);
      for (const variant of variants) {
        expect(
          variant.map((stroke) => stroke.length),
          `${digit}, ${name}`,
        ).toEqual(layout);
        for (const coordinate of variant.flat()) expect(Number.isFinite(coordinate)).toBe(true);
        for (const stroke of variant) expect(stroke.length % 2).toBe(0);
      }
    }
  }
});

test("a count that is not a natural number is refused", () => {
  expect(() => strokeDigits({ seed: 1, train: 1.5 })).toThrow("train images, got 1.5");
  expect(() => strokeDigits({ seed: 1, train: 0, test: -1 })).toThrow("test images, got -1");
});
