import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { RunDirectory } from "../../src/io/runDirectory.ts";
import { writeStripes } from "../stripesData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { run, stripesRun } from "./program.ts";

const root = temporaryFolder();
beforeAll(() => {
  writeStripes(root);
});

test.each([
  ["outer.rate=1e30", "every learning rate falls to zero"],
  ["outer.rate=1e39", "the step leaves the range of float32"],
  ["learningRate.initial=1e30", "the loss is NaN"],
])("%s diverges: %s, and the last good state is kept", async (assignment, reason) => {
  const out = assignment;
  const args = [...stripesRun(50), `--set=${assignment}`, `--out=${out}`];
  const { code, stdout, stderr } = await run(root, ...args);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain(`error: iteration 1: ${reason}`);
  expect(stderr).toContain("Lower outer.rate or learningRate.initial");
  expect(stderr).toContain(`the last good state is kept in ${join(out, "checkpoints")}`);
  expect(existsSync(join(root, out, "distilled.safetensors"))).toBe(false);

  const directory = await RunDirectory.open(join(root, out));
  const iterations = await directory.checkpointIterations();
  const { state } = await directory.readCheckpoint(iterations.at(-1)!);
  for (const values of [state.images, state.labels, state.rawRates]) {
    expect(values.every(Number.isFinite)).toBe(true);
  }
});
