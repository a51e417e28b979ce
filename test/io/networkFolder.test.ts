import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  type Pretraining,
  type TrainingState,
  trainNetworks,
} from "../../src/distill/pretraining.ts";
import { NetworkFolder } from "../../src/io/networkFolder.ts";
import { pretrainedNetworks } from "../../src/io/pretrainedNetworks.ts";
import { inlineExecutor } from "../../src/runtime/executor.ts";
import { stripesProblem } from "../distill/stripesProblem.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

const root = temporaryFolder();
const executor = inlineExecutor({ device: "cpu", threads: 1 });
const { network, loss, dataset } = stripesProblem();
const pretraining: Pretraining = {
  network,
  loss,
  dataset,
  schedule: { epochs: 2, batch: 60, rate: 0.01, decayEvery: 1 },
  seed: 1,
};

test("networks between two epochs are kept, and their training goes on there", async () => {
  const path = join(root, "begun");
  const states: TrainingState[] = [];
  await trainNetworks(pretraining, [0], executor, {
    onEpoch: async (state) => void states.push(state),
  });
  const begun = await NetworkFolder.open(path, pretraining);
  expect(await begun.unfinished([0])).toBeUndefined();
  await begun.keepUnfinished([0], states[0]!);

  const opened = await NetworkFolder.open(path, pretraining);
  expect(await opened.unfinished([0])).toEqual(states[0]);
  expect(await opened.unfinished([0, 1])).toBeUndefined();
  const steps: number[] = [];
  const continued = await pretrainedNetworks(opened, pretraining, 1, executor, {
    onProgress: ({ step }) => void steps.push(step),
  });
  expect(steps).toEqual([8]);
  const fresh = await NetworkFolder.open(join(root, "fresh"), pretraining);
  expect(await pretrainedNetworks(fresh, pretraining, 1, executor)).toEqual(continued);
  expect(readdirSync(path).sort()).toEqual(["network-0000.safetensors", "networks.json"]);
});

test("what was begun with another schedule is refused", async () => {
  const path = join(root, "other");
  const begun = await NetworkFolder.open(path, pretraining);
  await begun.keepUnfinished([0], { epoch: 1, tensors: [new Map()] });
  const faster = { ...pretraining, schedule: { ...pretraining.schedule, rate: 0.02 } };
  const opened = await NetworkFolder.open(path, faster);
  await expect(opened.unfinished([0])).rejects.toThrow(
    "it was trained with another rate: 0.01 there, 0.02 now",
  );
});
