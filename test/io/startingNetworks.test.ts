import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { mlp } from "../../graphs/index.ts";
import { initialParameters } from "../../src/distill/initialization.ts";
import { untrainedParameters } from "../../src/distill/pretraining.ts";
import type { Recipe } from "../../src/distill/recipe.ts";
import { withPretrained } from "../../src/io/startingNetworks.ts";
import { namedTensors } from "../../src/io/weights/fitParameters.ts";
import { writeParameters } from "../../src/io/weights/writeParameters.ts";
import type { Executor } from "../../src/runtime/executor.ts";
import { stripesProblem } from "../distill/stripesProblem.ts";
import { stripesShape } from "../stripesData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

const root = temporaryFolder();
const network = mlp({ input: stripesShape, classes: 3 });
const networks = [0, 1, 2, 3, 4, 5].map((index) => untrainedParameters(network, 7, index));
const files = networks.map((_, i) => join(root, "files", `${i}.${["npz", "onnx"][i % 2]}`));
/** Nothing is computed with networks that are read. */
const idle = {} as Executor;
const fixed = stripesProblem({ initialization: "fixed-pretrained" });

beforeAll(async () => {
  mkdirSync(join(root, "files"));
  for (const [i, parameters] of networks.entries())
    await writeParameters(files[i]!, namedTensors(network, parameters));
});

test("a known network comes out of a file, without any pretraining in the recipe", async () => {
  const told: (readonly string[])[] = [];
  const problem = await withPretrained(fixed, idle, {
    weights: files[1]!,
    onFiles: (used) => told.push(used),
  });
  expect(initialParameters(problem, "evaluation", 0)).toEqual(networks[1]);
  expect(told).toEqual([[files[1]]]);
});

test("a problem that has its known networks keeps them unless others are given", async () => {
  const has = { ...fixed, pretrained: [networks[0]!] };
  expect(await withPretrained(has, idle, {})).toBe(has);
  const other = await withPretrained(has, idle, { weights: [files[2]!] });
  expect(other.pretrained).toEqual([networks[2]]);
});

test("several known networks come out of as many files", async () => {
  const several = stripesProblem({ initialization: "fixed-pretrained", knownNetworks: 2 });
  const { pretrained } = await withPretrained(several, idle, { weights: files.slice(0, 2) });
  expect(pretrained).toEqual(networks.slice(0, 2));
  await expect(withPretrained(several, idle, { weights: files })).rejects.toThrow(
    "knownNetworks: 2, but weights of 6 were given; set it to 6",
  );
});

const pretraining: Recipe["pretraining"] = {
  data: "nowhere.npz",
  epochs: 1,
  batch: 8,
  rate: 0.1,
  decayEvery: 1,
  networks: 2,
  seed: 1,
};

test("many networks come out of a folder of files, and their data are not needed", async () => {
  const random = stripesProblem({
    initialization: "random-pretrained",
    pretraining,
    evaluation: { networks: 1, testNetworks: 2 },
  });
  const problem = await withPretrained(random, idle, { weights: join(root, "files") });
  expect(problem.pretrained).toEqual(networks.slice(0, 5));
  expect(initialParameters(problem, "evaluation", 1)).toEqual(networks[4]);
  await expect(
    withPretrained(random, idle, { weights: files.slice(0, 4), evaluated: 3 }),
  ).rejects.toThrow("weights: 4 files, but 6 are needed, 2 to distil and the others for the curve");
});

test("weights of another network are refused with the file's name", async () => {
  const path = join(root, "other.safetensors");
  await writeParameters(path, namedTensors(network, new Map([...networks[0]!])));
  const grey = stripesProblem({
    initialization: "fixed-pretrained",
    loss: "softmax_cross_entropy",
  });
  const wider = { ...grey, network: mlp({ input: stripesShape, hidden: [5], classes: 3 }) };
  await expect(withPretrained(wider, idle, { weights: path })).rejects.toThrow(
    `${path}: the weights do not fit mlp for 1x8x8 images and 3 logits: fc1.weight is`,
  );
});

test("weights that nobody would use are refused, and so is a start from nowhere", async () => {
  await expect(withPretrained(stripesProblem(), idle, { weights: files[0]! })).rejects.toThrow(
    /a fixed initialization draws its own, .*0.npz would not be used; set initialization to fixed-pr/,
  );
  await expect(withPretrained(fixed, idle, {})).rejects.toThrow(
    "pretraining: fixed-pretrained needs to know how networks are trained: data, epochs, batch, rate, decayEvery, networks and seed; or where their weights are",
  );
});
