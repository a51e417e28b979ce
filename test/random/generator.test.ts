import { expect, test } from "vitest";
import { random } from "../../src/random/generator.ts";

function moments(values: ArrayLike<number>) {
  const n = values.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i]! / n;
  let variance = 0;
  let skewness = 0;
  let kurtosis = 0;
  for (let i = 0; i < n; i++) {
    const d = values[i]! - mean;
    variance += (d * d) / n;
    skewness += d ** 3 / n;
    kurtosis += d ** 4 / n;
  }
  return {
    mean,
    variance,
    skewness: skewness / variance ** 1.5,
    kurtosis: kurtosis / variance ** 2,
  };
}

test("the numbers of a given stream never change", () => {
  const rng = random(7, "golden", 3, 1);
  expect([rng.uint32(), rng.uint32(), rng.uint32()]).toEqual([1852045529, 279634229, 3929260644]);
  expect([rng.uniform(), rng.uniform()]).toEqual([0.8101384562325196, 0.19308074847993206]);
  expect([rng.normal(), rng.normal(), rng.normal()]).toEqual([
    0.6315780896452975, -1.0836773418980992, -0.849518402453781,
  ]);
  expect([rng.integer(10), rng.integer(1000), rng.integer(2 ** 32)]).toEqual([2, 312, 3123032921]);
  expect([...rng.permutation(8)]).toEqual([3, 6, 1, 2, 5, 4, 7, 0]);
});

test("a stream depends on seed, purpose and every index, and on nothing else", () => {
  const streams = [
    random(1, "a"),
    random(2, "a"),
    random(-1, "a"),
    random(1 + 2 ** 32, "a"),
    random(1, "b"),
    random(1, "a\0"),
    random(1, "ab"),
    random(1, "a", 0),
    random(1, "a", 1),
    random(1, "a", 0, 0),
    random(1, "a", 1, 0),
    random(1, "a", 0, 1),
    random(1, "a", 2 ** 32),
    random(0, "a", 1),
  ];
  const firsts = streams.map((rng) => `${rng.uint32()} ${rng.uint32()}`);
  expect(new Set(firsts).size).toBe(streams.length);
  const again = random(1, "a", 1);
  expect(`${again.uint32()} ${again.uint32()}`).toBe(firsts[8]);
});

test("a seed or index that is not a safe integer is refused", () => {
  expect(() => random(0.5, "a")).toThrow('safe integers, got 0.5 in random(0.5, "a")');
  expect(() => random(1, "a", 2, Number.NaN)).toThrow('got NaN in random(1, "a", 2, NaN)');
});

test("uniform numbers lie in [0, 1) with the moments of the distribution", () => {
  const rng = random(11, "uniform");
  const values = Float64Array.from({ length: 200_000 }, () => rng.uniform());
  expect(values.every((x) => x >= 0 && x < 1)).toBe(true);
  const { mean, variance, skewness, kurtosis } = moments(values);
  expect(Math.abs(mean - 1 / 2)).toBeLessThan(0.003);
  expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.001);
  expect(Math.abs(skewness)).toBeLessThan(0.02);
  expect(Math.abs(kurtosis - 1.8)).toBeLessThan(0.02);
});

test("normal numbers have the moments and the tails of the distribution", () => {
  const values = new Float32Array(400_000);
  random(12, "normal").fillNormal(values);
  const { mean, variance, skewness, kurtosis } = moments(values);
  expect(Math.abs(mean)).toBeLessThan(0.006);
  expect(Math.abs(variance - 1)).toBeLessThan(0.01);
  expect(Math.abs(skewness)).toBeLessThan(0.015);
  expect(Math.abs(kurtosis - 3)).toBeLessThan(0.035);
  const beyond = (bound: number) => values.filter((x) => Math.abs(x) > bound).length / 400_000;
  expect(beyond(1)).toBeCloseTo(0.31731, 2);
  expect(beyond(2)).toBeCloseTo(0.0455, 2);
  expect(beyond(3)).toBeCloseTo(0.0027, 3);
});

test("successive normals and neighbouring streams are uncorrelated", () => {
  const n = 100_000;
  const a = random(1, "correlation", 0);
  const b = random(1, "correlation", 1);
  let successive = 0;
  let neighbouring = 0;
  let previous = a.normal();
  for (let i = 0; i < n; i++) {
    const x = a.normal();
    successive += (x * previous) / n;
    neighbouring += (x * b.normal()) / n;
    previous = x;
  }
  expect(Math.abs(successive)).toBeLessThan(0.015);
  expect(Math.abs(neighbouring)).toBeLessThan(0.015);
});

test("fillNormal and fillUniform are the scaled values of normal and uniform", () => {
  const normals = new Float32Array(5);
  random(3, "fill").fillNormal(normals, 2, 10);
  const rng = random(3, "fill");
  expect(normals).toEqual(Float32Array.from({ length: 5 }, () => 10 + 2 * rng.normal()));

  const uniforms = new Float32Array(5);
  random(4, "fill").fillUniform(uniforms, -1, 3);
  const other = random(4, "fill");
  expect(uniforms).toEqual(Float32Array.from({ length: 5 }, () => -1 + 4 * other.uniform()));
});

test("integer(n) hits every value equally often", () => {
  const rng = random(5, "integer");
  const counts = new Array<number>(7).fill(0);
  for (let i = 0; i < 70_000; i++) counts[rng.integer(7)]!++;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  expect(rng.integer(1)).toBe(0);
});

test("integer(n) refuses an n that is not an integer in 1 .. 2^32", () => {
  const rng = random(5, "integer");
  for (const n of [0, -1, 1.5, 2 ** 32 + 1]) {
    expect(() => rng.integer(n)).toThrow(`1 .. 2^32, got ${n}`);
  }
});

test("a permutation holds every index once, and every order is equally likely", () => {
  const order = random(6, "permutation").permutation(1000);
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));

  const rng = random(6, "orders");
  const counts = new Map<string, number>();
  for (let i = 0; i < 24_000; i++) {
    const key = rng.permutation(4).join("");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect(counts.size).toBe(24);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(160);
});

test("shuffle reorders a plain array in place", () => {
  const letters = [10, 20, 30, 40, 50, 60];
  random(8, "shuffle").shuffle(letters);
  expect(letters).not.toEqual([10, 20, 30, 40, 50, 60]);
  expect([...letters].sort()).toEqual([10, 20, 30, 40, 50, 60]);
});
