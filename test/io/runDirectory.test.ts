import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { recipes } from "../../src/distill/recipes.ts";
import type { Checkpoint, RunEvent } from "../../src/distill/run.ts";
import { initialState } from "../../src/distill/trainer.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/io/checkpointFile.ts";
import { RunDirectory } from "../../src/io/runDirectory.ts";
import { stripesProblem } from "../distill/stripesProblem.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

const root = temporaryFolder();
const problem = stripesProblem({ outer: { iterations: 100 } });

function checkpointAt(iteration: number): Checkpoint {
  const state = initialState(problem);
  return {
    state: { ...state, iteration, clipAverage: 0.1 + 0.2 },
    seconds: 1.5,
    losses: [1 / 3, 0.5],
    best: {
      iteration: 3,
      accuracy: 0.9,
      distilled: {
        images: state.images.map((x) => 2 * x),
        labels: state.labels,
        learningRates: Float32Array.of(0.25),
      },
    },
    layout: { plan: "unrolled", splits: 2, workers: 2, threads: 1 },
  };
}

const eventAt = (iteration: number): RunEvent => ({
  iteration,
  seconds: 1,
  loss: 0.5,
  gradientNorm: 1,
  learningRates: [0.5],
});

test("a checkpoint is read back bit for bit", () => {
  const checkpoint = checkpointAt(7);
  expect(decodeCheckpoint(encodeCheckpoint(checkpoint))).toEqual(checkpoint);
  const { best, ...without } = checkpoint;
  expect(decodeCheckpoint(encodeCheckpoint(without))).toEqual(without);
});

test("the last two checkpoints and the first of every tenth are kept", async () => {
  const directory = await RunDirectory.create(join(root, "kept"), problem.recipe);
  for (let iteration = 4; iteration <= 100; iteration += 4) {
    await directory.checkpoint(checkpointAt(iteration));
  }
  expect(await directory.checkpointIterations()).toEqual([
    4, 12, 20, 32, 40, 52, 60, 72, 80, 92, 96, 100,
  ]);
});

test("a run continues from its last checkpoint; what a kill left behind is put right", async () => {
  const path = join(root, "killed");
  const directory = await RunDirectory.create(path, problem.recipe);
  await directory.event(eventAt(10));
  await directory.checkpoint(checkpointAt(10));
  await directory.event(eventAt(20));
  appendFileSync(join(path, "events.jsonl"), '{"iteration":30,"accuracy":{"mean":1}');
  writeFileSync(join(path, "checkpoints", ".0000020.safetensors.123-4.tmp"), "half");

  const again = await RunDirectory.open(path);
  expect((await again.events()).map(({ iteration }) => iteration)).toEqual([10, 20]);
  expect((await again.resume())?.state.iteration).toBe(10);
  expect((await again.events()).map(({ iteration }) => iteration)).toEqual([10]);
  expect(readdirSync(join(path, "checkpoints"))).toEqual(["0000010.safetensors"]);
});

test("a folder in use is refused, one that a kill left empty is not", async () => {
  const left = join(root, "left");
  mkdirSync(left);
  writeFileSync(join(left, ".recipe.json.123-1.tmp"), "{");
  await RunDirectory.create(left, problem.recipe);
  expect(JSON.parse(readFileSync(join(left, "recipe.json"), "utf8"))).toEqual(problem.recipe);
  await expect(RunDirectory.create(left, recipes[0]!)).rejects.toThrow("left is not empty");
  await expect(RunDirectory.open(join(root, "none"))).rejects.toThrow("holds no run");
});
