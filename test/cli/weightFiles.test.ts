import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { mlp } from "../../graphs/index.ts";
import { untrainedParameters } from "../../src/distill/pretraining.ts";
import { namedTensors } from "../../src/io/weights/fitParameters.ts";
import { readParameters } from "../../src/io/weights/readParameters.ts";
import { writeParameters } from "../../src/io/weights/writeParameters.ts";
import { parameter, torchArchive, wholeTensor } from "../io/weights/torchArchive.ts";
import { stripesShape, writeStripes } from "../stripesData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { type Ended, run, stripesRun } from "./program.ts";

const root = temporaryFolder();
const at = (...names: string[]) => join(root, ...names);
const network = mlp({ input: stripesShape, classes: 3 });
const weights = untrainedParameters(network, 7, 0);
const fromFile = [...stripesRun(5), "--set=initialization=fixed-pretrained"];

/** What torch.save would write of a network trained in DataParallel. */
function checkpoint(): Uint8Array {
  const tensors = network.parameters.map(
    ({ name, shape }, i) =>
      [`module.${name}`, parameter(wholeTensor("FloatStorage", String(i), shape))] as const,
  );
  const storages = Object.fromEntries([...weights.values()].entries());
  const value = new Map<string, unknown>([
    ["epoch", 90],
    ["state_dict", new Map(tensors)],
  ]);
  return torchArchive(value, { storages, byteOrder: "little" });
}

let begun: Ended;

beforeAll(async () => {
  writeStripes(root);
  writeFileSync(at("model.pth"), checkpoint());
  begun = await run(root, ...fromFile, "--weights=model.pth", "--out=run", "--json");
});

test("a run starts from a PyTorch checkpoint and keeps its weights", async () => {
  expect([begun.code, begun.stderr]).toEqual([
    0,
    expect.stringContaining("weights from model.pth"),
  ]);
  expect(JSON.parse(begun.stdout).accuracy.n).toBe(1);
  const kept = await readParameters(at("run", "initial.safetensors"));
  for (const [name, data] of weights) expect(kept.get(name)?.data, name).toEqual(data);
});

test("the run's evaluation starts from the weights that it kept", async () => {
  const evaluated = await run(root, "evaluate", "run", "--workers=1", "--no-transfer", "--json");
  expect(evaluated.code).toBe(0);
  const { before, accuracy } = JSON.parse(begun.stdout);
  expect(JSON.parse(evaluated.stdout)).toMatchObject({ before, accuracy });
});

test("networks are also written for NumPy, and a run starts from them but goes on from no others", async () => {
  const options = ["--networks=2", "--epochs=1", "--workers=1", "--format=npz", "--out=trained"];
  const trained = await run(root, "train", "mlp", "stripes.npz", ...options);
  expect(trained.code).toBe(0);
  expect(readdirSync(at("trained"))).toContain("network-0001.npz");
  mkdirSync(at("arrays"));
  for (const name of ["network-0000.npz", "network-0001.npz"])
    renameSync(at("trained", name), at("arrays", name));
  expect(await readParameters(at("arrays", "network-0001.npz"))).toEqual(
    new Map(
      network.parameters.map(({ name, shape }) => [
        name,
        { shape, data: expect.any(Float32Array) },
      ]),
    ),
  );

  const several = ["--set=knownNetworks=2", "--weights=arrays", "--out=two", "--json"];
  const two = await run(root, ...fromFile, ...several);
  expect(two.stderr).toContain("weights from 2 files, arrays/network-0000.npz to arrays/netw");
  expect(JSON.parse(two.stdout).before).toMatchObject({ n: 2 });
  expect(existsSync(at("two", "initial-1.safetensors"))).toBe(true);

  const other = ["--resume", "--weights=arrays/network-0000.npz", "--out=run"];
  const resumed = await run(root, ...fromFile, ...other);
  expect(resumed.code).toBe(1);
  expect(resumed.stderr).toContain("the run began from other weights than it is given now");
});

test("a file that cannot be read ends the run before it begins", async () => {
  writeFileSync(at("cut.pth"), checkpoint().subarray(0, 900));
  const { code, stderr } = await run(root, ...fromFile, "--weights=cut.pth", "--out=never");
  expect([code, existsSync(at("never"))]).toEqual([1, false]);
  expect(stderr).toMatch(/^error: cut\.pth: Not a zip archive, or cut off/m);
});

test("a run that samples from networks of files keeps them, and needs the files no more", async () => {
  mkdirSync(at("sampled"));
  for (let i = 0; i < 5; i++) {
    const tensors = namedTensors(network, untrainedParameters(network, 8, i));
    await writeParameters(at("sampled", `${i}.npz`), tensors);
  }
  const recipe = [
    ...stripesRun(5),
    "--set=initialization=random-pretrained",
    '--set=pretraining={"data":"nowhere","epochs":1,"batch":8,"rate":0.1,"decayEvery":1,"networks":2,"seed":1}',
    "--set=evaluation.networks=1",
    "--set=evaluation.testNetworks=2",
  ];
  const first = await run(root, ...recipe, "--weights=sampled", "--out=many", "--json");
  expect(first.code).toBe(0);
  rmSync(at("sampled"), { recursive: true });
  expect(readdirSync(at("many", "networks"))).toHaveLength(5);
  const { before, accuracy } = JSON.parse(first.stdout);

  const evaluated = await run(root, "evaluate", "many", "--workers=1", "--no-transfer", "--json");
  expect(JSON.parse(evaluated.stdout)).toMatchObject({ before, accuracy });
  const resumed = await run(root, ...recipe, "--resume", "--out=many", "--json");
  expect(JSON.parse(resumed.stdout)).toMatchObject({ before, accuracy });
  const compared = await run(root, "baselines", "many", "--workers=1", "--json");
  expect([compared.code, compared.stderr]).toEqual([0, expect.not.stringContaining("trained")]);
  const exported = await run(root, "export", "many", "--out=bundle", "--json");
  expect(JSON.parse(exported.stdout).files).toEqual(
    expect.arrayContaining([
      "networks/network-0003.safetensors",
      "networks/network-0004.safetensors",
    ]),
  );
});
