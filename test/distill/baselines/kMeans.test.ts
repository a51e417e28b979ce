import { expect, test } from "vitest";
import { kMeans } from "../../../src/distill/baselines/kMeans.ts";
import { random } from "../../../src/random/generator.ts";

const clustered = (points: readonly (readonly number[])[], k: number, seed = 1): number[][] => {
  const size = points[0]!.length;
  const centres = kMeans(Float32Array.from(points.flat()), size, k, random(seed, "clusters"));
  const rows = Array.from({ length: k }, (_, j) => [...centres.subarray(j * size, (j + 1) * size)]);
  return rows.sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
};

const square = [
  [0, 0],
  [0, 2],
  [2, 0],
  [2, 2],
];
const groups = [0, 1000, 2000].flatMap((x) => square.map(([a, b]) => [a! + x, b!]));

test("the centres of well separated groups are their means, whatever the seeds", () => {
  for (let seed = 1; seed <= 20; seed++) {
    expect(clustered(groups, 3, seed)).toEqual([
      [1, 1],
      [1001, 1],
      [2001, 1],
    ]);
  }
});

test("one centre is the mean, and as many as points are the points", () => {
  expect(clustered(square, 1)).toEqual([[1, 1]]);
  expect(clustered(square, 4)).toEqual(square);
});

test("a point between two centres goes to one of them and moves it", () => {
  const line = [[0], [2], [4]];
  const possible = [
    [[1], [4]],
    [[0], [3]],
  ];
  for (let seed = 1; seed <= 10; seed++) expect(possible).toContainEqual(clustered(line, 2, seed));
});

test("equal points make equal centres", () => {
  const same = [[3], [3], [3]];
  expect(clustered(same, 2)).toEqual([[3], [3]]);
});

test("every point lies nearest to its own centre, which is the mean of its points", () => {
  const size = 5;
  const points = new Float32Array(400 * size);
  random(3, "points").fillNormal(points);
  const k = 9;
  const centres = kMeans(points, size, k, random(1, "clusters"));
  const sums = new Float64Array(k * size);
  const counts = new Float64Array(k);
  for (let i = 0; i < points.length; i += size) {
    const distances = Array.from({ length: k }, (_, j) =>
      [...points.subarray(i, i + size)].reduce(
        (sum, x, d) => sum + (x - centres[j * size + d]!) ** 2,
        0,
      ),
    );
    const nearest = distances.indexOf(Math.min(...distances));
    counts[nearest]!++;
    for (let d = 0; d < size; d++) sums[nearest * size + d]! += points[i + d]!;
  }
  for (let j = 0; j < k * size; j++) {
    expect(sums[j]! / counts[Math.floor(j / size)]!).toBeCloseTo(centres[j]!, 5);
  }
});

test("fewer points than centres are an error", () => {
  expect(() => clustered([[1], [2]], 3)).toThrow("expected at least 3 points for k = 3, got 2");
});
