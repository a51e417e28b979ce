import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { untrainedParameters } from "../../src/distill/pretraining.ts";
import type { Problem } from "../../src/distill/problem.ts";
import { keepsWeights, keepWeights, withKeptWeights } from "../../src/io/keptWeights.ts";
import { RunDirectory } from "../../src/io/runDirectory.ts";
import { withPretrained } from "../../src/io/startingNetworks.ts";
import type { Executor } from "../../src/runtime/executor.ts";
import { stripesProblem } from "../distill/stripesProblem.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

const root = temporaryFolder();
const pretraining = {
  data: "nowhere.npz",
  epochs: 1,
  batch: 8,
  rate: 0.1,
  decayEvery: 1,
  networks: 2,
  seed: 1,
};
const sampling = stripesProblem({
  initialization: "random-pretrained",
  pretraining,
  evaluation: { networks: 1, testNetworks: 1 },
});
const networks = [0, 1, 2, 3].map((index) => untrainedParameters(sampling.network, 7, index));
const given: Problem = { ...sampling, pretrained: networks };

const newRun = (name: string): Promise<RunDirectory> =>
  RunDirectory.create(join(root, name), sampling.recipe);
const others: Problem = { ...sampling, pretrained: [...networks.slice(0, 3), networks[0]!] };
const atStart = { fromFiles: true, begun: false };
const resumed = { fromFiles: true, begun: true };

test("networks of files come back as they were, in their order", async () => {
  const directory = await newRun("kept");
  expect(await keepsWeights(directory)).toBe(false);
  await keepWeights(directory, given, atStart);
  expect(await keepsWeights(directory)).toBe(true);
  expect((await withKeptWeights(directory, sampling)).pretrained).toEqual(networks);
});

test("more networks than a run keeps are asked for, not trained", async () => {
  const kept = await withPretrained(given, {} as Executor, { evaluated: 1 });
  expect(kept).toBe(given);
  await expect(withPretrained(given, {} as Executor, { evaluated: 3 })).rejects.toThrow(
    "weights: the run keeps 4 networks, but 6 are needed; name files of as many with --weights",
  );
});

test("a continued run takes the same networks again, and refuses others, trained ones too", async () => {
  const directory = await newRun("continued");
  await keepWeights(directory, given, atStart);
  await keepWeights(directory, given, resumed);
  for (const fromFiles of [true, false]) {
    await expect(keepWeights(directory, others, { fromFiles, begun: true })).rejects.toThrow(
      "network-0003.safetensors: the run began from other weights than it is given now",
    );
  }
});

test("what a killed process did not write is written when the files are given again", async () => {
  const directory = await newRun("killed");
  await keepWeights(directory, given, atStart);
  rmSync(join(directory.path, "networks", "network-0003.safetensors"));
  expect((await withKeptWeights(directory, sampling)).pretrained).toHaveLength(3);
  await keepWeights(directory, given, atStart);
  expect(readdirSync(join(directory.path, "networks"))).toHaveLength(4);
});

test("networks that are trained here are not kept, and such a run does not go on from files", async () => {
  const directory = await newRun("trained");
  await keepWeights(directory, given, { fromFiles: false, begun: false });
  expect(existsSync(join(directory.path, "networks"))).toBe(false);
  expect(await withKeptWeights(directory, sampling)).toBe(sampling);
  await expect(keepWeights(directory, given, resumed)).rejects.toThrow(
    "trained keeps no networks, so it did not begin from files of weights: leave out --weights, or name the folder",
  );
});
