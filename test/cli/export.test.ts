import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../src/io/safetensors.ts";
import { lacking, python } from "../python.ts";
import { writeStripes } from "../stripesData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { type Ended, fromRandomWeights, run, stripesRun } from "./program.ts";

const root = temporaryFolder();
const at = (...names: string[]) => join(root, ...names);
const json = (...names: string[]) => JSON.parse(readFileSync(at(...names), "utf8"));
const files = (folder: string) =>
  readdirSync(at(folder), { recursive: true, encoding: "utf8" }).map((path) =>
    path.replaceAll("\\", "/"),
  );
const exported = (...args: string[]) => run(root, "export", ...args);

const verifiers = [
  { verifier: "verify.mjs", program: process.execPath, lacks: undefined },
  { verifier: "verify.py", program: python, lacks: lacking("numpy", "onnxruntime") },
];
const verify = (program: string, bundle: string, verifier: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(program, [at(bundle, verifier), ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
};

const attack = ['--set=objective={"kind":"attack","from":"2","to":0}', "--set=outer.networks=2"];
const pretrained = [
  "--set=initialization=random-pretrained",
  '--set=pretraining={"data":"stripes.npz","epochs":2,"batch":60,"rate":0.01,"decayEvery":1,"networks":2,"seed":1}',
  "--weights=pretrained",
];

let withoutData: Ended;
let withoutWeights: Ended;

beforeAll(async () => {
  // Where `npm install onnxruntime-node` beside the bundles would put it.
  symlinkSync(
    fileURLToPath(new URL("../../node_modules", import.meta.url)),
    at("node_modules"),
    "junction",
  );
  writeStripes(root);
  const runs = {
    fixed: [
      "--set=knownNetworks=2",
      "--set=steps=2",
      "--set=epochs=2",
      "--set=learningRate.initial=0.2",
    ],
    random: [
      ...fromRandomWeights,
      '--set=initializer={"kind":"kaiming_normal"}',
      "--set=evaluation.testNetworks=20",
    ],
    attack: [...pretrained, ...attack],
  };
  const make = async ([name, settings]: [string, string[]]): Promise<void> => {
    const made = await run(root, ...stripesRun(60), ...settings, "--quiet", `--out=${name}`);
    expect(made.stderr).toBe("");
    const data = ["--with-test-data", ...(name === "attack" ? ["--weights=pretrained"] : [])];
    await exported(name, ...data, `--out=bundles/${name}`);
  };
  await Promise.all(Object.entries(runs).map(make));
  withoutData = await exported("random", "--json", "--out=bundles/without-data");
  withoutWeights = await exported("attack", "--with-test-data", "--out=bundles/without-weights");
}, 60_000);

test("a bundle holds the result, pictures, graphs, weights, test images, a card and its verifiers", async () => {
  const { code, stdout, stderr } = await exported(
    "fixed",
    "--with-test-data",
    "--json",
    "--out=again",
  );
  expect([code, stderr]).toEqual([0, ""]);
  const result = JSON.parse(stdout);
  expect(result.files).toEqual([
    "README.md",
    "config.json",
    "distilled.safetensors",
    "evaluate.onnx",
    "images/first.png",
    "images/latest.png",
    "images/strip.png",
    "initial-1.safetensors",
    "initial.safetensors",
    "inner_step.onnx",
    "inner_step_vjp.onnx",
    "manifest.json",
    "meta_gradient.onnx",
    "outer_loss.onnx",
    "preprocessor_config.json",
    "recipe.json",
    "test.safetensors",
    "verify-inputs.mjs",
    "verify.mjs",
    "verify.py",
  ]);
  expect(files("again").sort()).toEqual([...result.files, "images"].sort());
  const { accuracy } = json("fixed", "summary.json");
  expect(result).toMatchObject({ bundle: "again", tolerance: 0.001, verifiable: true });
  expect(result.accuracy.n).toBe(2);
  expect(result.accuracy.mean).toBeCloseTo(accuracy.mean, 1);
  for (const name of ["distilled.safetensors", "initial-1.safetensors", "images/latest.png"])
    expect(readFileSync(at("again", name))).toEqual(readFileSync(at("fixed", name)));
});

test("config.json and preprocessor_config.json say what a reader needs", () => {
  const { metadata } = decodeSafetensors(readFileSync(at("fixed", "distilled.safetensors")));
  const normalization = { mean: JSON.parse(metadata.mean!), std: JSON.parse(metadata.std!) };
  expect(json("bundles/fixed", "config.json")).toMatchObject({
    format: "onnx-distill-bundle",
    version: 1,
    network: "mlp",
    input: [1, 8, 8],
    logits: 3,
    loss: "softmax_cross_entropy",
    objective: { kind: "distil" },
    initialization: {
      kind: "fixed",
      initializer: { kind: "xavier_normal" },
      files: ["initial.safetensors", "initial-1.safetensors"],
    },
    steps: 2,
    epochs: 2,
    images_per_step: 3,
    shapes: { images: [2, 3, 1, 8, 8], labels: [2, 3, 3], learning_rates: [4] },
    dataset: { name: "stripes", classes: ["0", "1", "2"] },
    normalization,
    test_data: { format: "safetensors", count: 90 },
    accuracy_in_run: json("fixed", "summary.json").accuracy,
    command: expect.stringContaining("onnx-distill run stripes.json"),
    versions: { onnxruntime: expect.any(String) },
  });
  expect(json("bundles/fixed", "preprocessor_config.json")).toMatchObject({
    do_resize: true,
    size: { height: 8, width: 8 },
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: normalization.mean,
    image_std: normalization.std,
  });
});

test("the card has front matter, the accuracies and the commands", () => {
  const card = readFileSync(at("bundles/fixed", "README.md"), "utf8");
  expect(card).toMatch(/^---\nlicense: unknown #.*\nlibrary_name: onnx\ntags:\n/);
  const { accuracy } = json("bundles/fixed", "config.json");
  expect(card).toContain(`            value: ${accuracy.mean}\n---\n`);
  expect(card).toMatch(
    /\| trained on the distilled images \| \*\*\d+\.\d ± \d+\.\d % \(n = 2\)\*\* \|/,
  );
  expect(card).toContain("python verify.py\n");
  expect(card).toContain("`initial-1.safetensors`, `initial.safetensors`: the weights");
  expect(readFileSync(at("bundles/attack", "README.md"), "utf8")).toContain(
    'are to predict the class "2" as\n"0"',
  );
});

test("the manifest says how the recipe draws weights", () => {
  const { parameters } = json("bundles/random", "manifest.json");
  expect(parameters.map(({ init }: { init: { kind: string } }) => init.kind)).toEqual(
    parameters.map(({ shape }: { shape: number[] }) =>
      shape.length === 1 ? "zeros" : "kaiming_normal",
    ),
  );
});

test("what the verifiers will lack is said", () => {
  expect(JSON.parse(withoutData.stdout).verifiable).toBe(false);
  expect(withoutData.stderr).toMatch(
    /^the bundle has no test images to verify with: the verifiers cannot read .*\. Add them with --with-test-data$/m,
  );
  expect(withoutWeights.stderr).toMatch(
    /^no pre-trained networks were found, .*: name their folder with --weights$/m,
  );
});

describe.each(verifiers)("$verifier", ({ verifier, program, lacks }) => {
  test.skipIf(lacks)("repeats the accuracy of known networks to a tenth of a per cent", () => {
    const { status, stdout, stderr } = verify(program, "bundles/fixed", verifier);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^claimed {3}\d+\.\d\d ± \d+\.\d\d % \(n = 2\)$/m);
    expect(stdout).toMatch(/^measured {2}.* % \(n = 2\) on 90 test images$/m);
    expect(stdout).toMatch(/^OK: 0\.\d\d points apart, 0\.10 allowed$/m);
  });

  test.skipIf(lacks)("repeats that of random networks with ones that it draws", () => {
    const { status, stdout } = verify(program, "bundles/random", verifier);
    expect([status, stdout]).toEqual([0, expect.stringContaining("(n = 20) on 90 test images")]);
    const [other, more] = ["2", "3"].map(
      (seed) =>
        verify(program, "bundles/random", verifier, "--networks=5", `--seed=${seed}`).stdout,
    );
    expect(other).toContain("(n = 5)");
    expect(other).not.toEqual(more);
  });

  test.skipIf(lacks)("repeats an attack with the networks that were held out", () => {
    expect(files("bundles/attack").filter((name) => name.startsWith("networks/"))).toEqual([
      "networks/network-0004.safetensors",
      "networks/network-0005.safetensors",
      "networks/network-0006.safetensors",
    ]);
    const { status, stdout } = verify(program, "bundles/attack", verifier);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^OK: 0\.\d\d points apart/m)]);
    const share = json("bundles/attack", "config.json").objective.from_as_to;
    expect(share.mean).toBeGreaterThan(0.5);
    const [, after] = stdout.split('of "2" predicted as "0":\n');
    const shown = `${(100 * share.mean).toFixed(2)} ± `;
    expect(after!.split("\n").slice(0, 2)).toEqual([
      expect.stringContaining(`claimed   ${shown}`),
      expect.stringContaining(`measured  ${shown}`),
    ]);
  });

  test.skipIf(lacks).each(["fixed", "random", "attack"])(
    "says that a %s bundle without its images is not OK",
    (name) => {
      const tampered = `bundles/tampered-${name}-${verifier}`;
      cpSync(at("bundles", name), at(tampered), { recursive: true });
      const file = at(tampered, "distilled.safetensors");
      const { tensors, metadata } = decodeSafetensors(readFileSync(file));
      tensors.get("images")!.bytes.fill(0);
      writeFileSync(file, encodeSafetensors(tensors, metadata));
      const { status, stdout } = verify(program, tampered, verifier);
      expect([status, stdout]).toEqual([1, expect.stringMatching(/^NOT OK: /m)]);
    },
  );

  test.skipIf(lacks)("says what it cannot measure with", () => {
    const refusal = (bundle: string) => {
      const { status, stderr } = verify(program, bundle, verifier);
      return [status, stderr];
    };
    const reason = "Export the bundle again with --with-test-data";
    expect(refusal("bundles/without-data")).toEqual([2, expect.stringContaining(reason)]);
    expect(refusal("bundles/without-weights")).toEqual([
      2,
      expect.stringContaining("export it again with --weights"),
    ]);

    const damaged = `bundles/damaged-${verifier}`;
    cpSync(at("bundles/fixed"), at(damaged), { recursive: true });
    const file = at(damaged, "test.safetensors");
    const { tensors } = decodeSafetensors(readFileSync(file));
    const [images, labels] = [tensors.get("images")!, tensors.get("labels")!];
    images.bytes[0]! ^= 1;
    writeFileSync(file, encodeSafetensors(tensors));
    expect(verify(program, damaged, verifier).stdout).toContain(
      "these 90 images are not the 90 that the claim",
    );
    labels.bytes[0] = 9;
    writeFileSync(file, encodeSafetensors(tensors));
    expect(refusal(damaged)).toEqual([2, expect.stringContaining("expected classes below 3")]);
  });
});

describe("nothing is left behind", () => {
  test("by an export onto something", async () => {
    const before = files("bundles/fixed");
    const { code, stderr } = await exported("fixed", "--out=bundles/fixed");
    expect([code, stderr]).toEqual([
      1,
      "error: bundles/fixed exists already and is never overwritten: remove it, or choose another folder with --out\n",
    ]);
    expect(files("bundles/fixed")).toEqual(before);
    const { stderr: onFile } = await exported("fixed", "--out=stripes.json");
    expect(onFile).toContain("stripes.json exists already");
    mkdirSync(at("empty"));
    expect((await exported("fixed", "--out=empty")).code).toBe(0);
  });

  test.each([
    ["distilled.safetensors", /broken is not finished: it has no distilled\.safetensors/],
    ["summary.json", /broken has no accuracy to claim: its evaluation was not finished/],
    [
      "initial-1.safetensors",
      /broken lacks initial-1\.safetensors, which its initialisation starts from/,
    ],
  ])("by a run without its %s", async (name, message) => {
    rmSync(at("broken"), { recursive: true, force: true });
    cpSync(at("fixed"), at("broken"), { recursive: true });
    rmSync(at("broken", name));
    const before = readdirSync(root);
    const { code, stderr } = await exported("broken", "--out=nothing");
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
    expect(readdirSync(root)).toEqual(before);
  });

  test("by an export that fails halfway", async () => {
    cpSync(at("fixed"), at("halfway"), { recursive: true });
    mkdirSync(at("halfway/images/folder.png"));
    const before = readdirSync(root);
    const { code, stderr } = await exported("halfway", "--out=nothing");
    expect([code, stderr]).toEqual([1, expect.stringContaining("EISDIR")]);
    expect(readdirSync(root)).toEqual(before);
  });

  test("by a folder that lacks networks", async () => {
    cpSync(at("pretrained"), at("fewer"), { recursive: true });
    rmSync(at("fewer/network-0005.safetensors"));
    const { code, stderr } = await exported("attack", "--weights=fewer", "--out=nothing");
    expect([code, stderr]).toEqual([
      1,
      "error: fewer lacks 1 of the 7 networks that stripes was evaluated with: name their folder with --weights\n",
    ]);
    expect(existsSync(at("nothing"))).toBe(false);
  });
});
