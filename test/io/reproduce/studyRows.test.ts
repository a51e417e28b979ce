import { expect, test } from "vitest";
import { notReread, type Part, read } from "../../../src/distill/studies/study.ts";
import type { PartResult } from "../../../src/io/reproduce/partResult.ts";
import { overSeeds, paperText, rowsOf, verdictOf } from "../../../src/io/reproduce/studyRows.ts";
import { stripesRecipe } from "../../stripesData.ts";

const of = (mean: number, n = 3) => ({ mean, std: 0.01, n });

const part: Part = {
  name: "toy",
  title: "Toy",
  recipe: "toy",
  comparison: "baselines",
  paper: { "distilled images": read(79.5, 8.1), "k-means": notReread(76.4), elsewhere: read(1) },
};

const result = (accuracy: number, clusters: number): PartResult => ({
  part: "toy",
  seed: 1,
  comparison: "baselines",
  recipe: stripesRecipe,
  summary: {
    run: "toy-1",
    iterations: 1,
    seconds: 1,
    before: of(0.1),
    accuracy: of(accuracy),
    baseline: { name: "random real images", learningRate: 0.1, ...of(0.2) },
    selected: { select: "last", iteration: 1 },
    command: "",
    versions: {},
    machine: { cpu: "", cores: 1, device: "cpu" },
  },
  baselines: [
    { name: "distilled images", epochs: 1, accuracy: of(accuracy), loss: of(1) },
    { name: "k-means", learningRate: 0.03, epochs: 3, accuracy: of(clusters), loss: of(1) },
    { name: "k-NN on k-means", k: 1, p: 2, accuracy: of(0.9, 1) },
  ],
  seconds: { training: 1, baselines: 1, session: 1 },
  commands: [],
});

test("rows have the paper's number, each seed's and the chosen setting", () => {
  const rows = rowsOf(part, [result(0.8, 0.7), result(0.6, 0.5)]);
  expect(rows.map(({ name }) => name)).toEqual([
    "before training",
    "distilled images",
    "k-means",
    "k-NN on k-means",
    "elsewhere",
  ]);
  expect(rows[1]!.setting).toBeUndefined();
  expect(rows[2]).toEqual({
    name: "k-means",
    paper: notReread(76.4),
    measured: [of(0.7), of(0.5)],
    setting: "rate 0.03, 3 epochs",
  });
  expect(rows[3]!.setting).toBe("k = 1, p = 2");
  expect(rows[4]!.measured).toEqual([undefined, undefined]);
});

test("over several seeds each counts once; a lone seed keeps its networks", () => {
  expect(overSeeds({ measured: [of(0.8), of(0.6)] })).toMatchObject({ mean: 0.7, n: 2 });
  expect(overSeeds({ measured: [of(0.8)] })).toEqual(of(0.8));
  expect(overSeeds({ measured: [undefined] })).toBeUndefined();
});

test("numbers that were not read again are marked", () => {
  expect(paperText(read(79.5, 8.1))).toBe("79.5 ± 8.1 %");
  expect(paperText(notReread(92.2))).toBe("92.2 % (not re-read)");
  expect(paperText(undefined)).toBe("-");
});

test("the report says in words which baselines beat the distilled images", () => {
  const verdict = (accuracy: number, clusters: number) =>
    verdictOf(rowsOf(part, [result(accuracy, clusters)]));
  expect(verdict(0.8, 0.85)).toBe(
    "Better than the distilled images (80.0 %): k-NN on k-means (90.0 %), k-means (85.0 %).",
  );
  expect(verdict(0.95, 0.9)).toBe(
    "No baseline that was measured beats the distilled images (95.0 %).",
  );
});
