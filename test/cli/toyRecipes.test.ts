import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { alexcifarnet } from "../../graphs/index.ts";
import { untrainedParameters } from "../../src/distill/pretraining.ts";
import { recipes } from "../../src/distill/recipes.ts";
import type { NpyArray } from "../../src/formats/npy.ts";
import { encodeNpz } from "../../src/formats/npz.ts";
import { decodeDistilled } from "../../src/io/distilledFile.ts";
import { namedTensors } from "../../src/io/weights/fitParameters.ts";
import { writeParameters } from "../../src/io/weights/writeParameters.ts";
import { random } from "../../src/random/generator.ts";
import { writeImageFolder } from "../imageFolderData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { run } from "./program.ts";

const root = temporaryFolder();

/** Two iterations with few images and networks. */
const SIZES = {
  "outer.iterations": 2,
  "outer.batch": 10,
  "evaluation.every": 2,
  "evaluation.heldOut": 10,
  "evaluation.networks": 1,
  "evaluation.testNetworks": 2,
};

/** Ten classes of noise, with the shapes of each data set. */
function writeNoise(name: string, [channels, side]: readonly [number, number]): void {
  const stream = random(1, `noise ${name}`);
  const arrays = new Map<string, NpyArray>();
  for (const [part, count] of Object.entries({ train: 40, test: 10 })) {
    const data = Uint8Array.from({ length: count * channels * side * side }, () =>
      stream.integer(256),
    );
    const labels = Uint16Array.from({ length: count }, (_, i) => i % 10);
    arrays.set(`x_${part}`, { dtype: "u1", shape: [count, channels, side, side], data });
    arrays.set(`y_${part}`, { dtype: "u2", shape: [count], data: labels });
  }
  writeFileSync(join(root, `${name}.npz`), encodeNpz(arrays));
}

const toyData = (data: string): string =>
  ({ cifar10: "colour.npz", voc: "colour.npz", cub200: "colour.npz", "./images": "insects" })[
    data
  ] ?? "grey.npz";

/** AlexNet takes minutes: another network of the same layers stands for it, with a checkpoint of its own. */
const toyNetwork = (network: string): string => (network === "alexnet" ? "alexcifarnet" : network);

beforeAll(async () => {
  writeNoise("grey", [1, 28]);
  writeNoise("colour", [3, 32]);
  await writeImageFolder(join(root, "insects"), { train: 30, val: 5 });
  const network = alexcifarnet({ classes: 12 });
  const checkpoint = namedTensors(network, untrainedParameters(network, 1, 0));
  await writeParameters(join(root, "checkpoint.safetensors"), checkpoint);
});

describe.each(recipes)("$name", (recipe) => {
  const changes: Record<string, unknown> = {
    ...SIZES,
    data: toyData(recipe.data),
    // Two steps of a wide network are slow to build.
    steps: recipe.network === "lenet" ? Math.min(recipe.steps, 2) : 1,
    network: toyNetwork(recipe.network),
    ...(recipe.model ? { "model.head": "classifier.4" } : {}),
    epochs: 1,
    labels: "soft",
    "outer.networks": Math.min(recipe.outer.networks, 2),
    ...(recipe.pretraining
      ? {
          "pretraining.data": toyData(recipe.pretraining.data),
          "pretraining.epochs": 1,
          "pretraining.networks": 2,
        }
      : {}),
    ...(recipe.objective.kind === "attack" ? { "objective.from": "0", "objective.to": "1" } : {}),
  };
  const { name, description, initialization } = recipe;

  test("runs at toy size, its labels learned", async () => {
    const { code, stdout, stderr } = await run(
      root,
      "run",
      name,
      "--workers=1",
      "--threads=1",
      "--no-transfer",
      "--json",
      "--quiet",
      `--out=${name}`,
      ...(recipe.pretraining ? [`--weights=weights-${name}`] : []),
      ...(recipe.model ? ["--weights=checkpoint.safetensors"] : []),
      ...Object.entries(changes).map(([key, value]) => `--set=${key}=${value}`),
    );
    expect([code, stderr]).toEqual([0, ""]);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ run: name, iterations: 2 });
    expect("attack" in result).toBe(recipe.objective.kind === "attack");
    if (result.attack) expect(result.attack).toMatchObject({ from: "0", to: "1" });
    const made = JSON.parse(readFileSync(join(root, name, "recipe.json"), "utf8"));
    expect(made).toMatchObject({ name, description, initialization });
    const { labels } = decodeDistilled(readFileSync(join(root, name, "distilled.safetensors")));
    for (const label of labels) expect([0, 1]).not.toContain(label);
  });
});
