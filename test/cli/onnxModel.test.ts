import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { decodeSafetensors } from "../../src/io/safetensors.ts";
import { floats, type ModelSpec, modelBytes } from "../onnx/import/modelOf.ts";
import { writeStripes } from "../stripesData.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { run, stripesRun } from "./program.ts";

const root = temporaryFolder();
const at = (...names: string[]) => join(root, ...names);

/** Two layers for five classes behind constants that belong to the preprocessing, for one image at a time. */
const classifier: ModelSpec = {
  opset: 13,
  input: [1, 1, 8, 8],
  nodes: [
    { op: "Sub", inputs: ["x", "mean"], outputs: ["centred"] },
    { op: "Flatten", inputs: ["centred"], outputs: ["flat"] },
    {
      op: "Gemm",
      inputs: ["flat", "fc1.weight", "fc1.bias"],
      outputs: ["h"],
      attributes: { transB: 1 },
    },
    { op: "Relu", inputs: ["h"], outputs: ["a"] },
    {
      op: "Gemm",
      inputs: ["a", "fc2.weight", "fc2.bias"],
      outputs: ["logits"],
      attributes: { transB: 1 },
    },
    { op: "Softmax", inputs: ["logits"], attributes: { axis: 1 } },
  ],
  tensors: [
    floats("mean", [1, 1, 8, 8], 0.1),
    floats("fc1.weight", [16, 64], 0.2),
    floats("fc1.bias", [16], 0.1),
    floats("fc2.weight", [5, 16], 0.4),
    floats("fc2.bias", [5], 0.1),
  ],
};

beforeAll(() => {
  writeStripes(root);
  writeFileSync(at("classifier.onnx"), modelBytes(classifier));
  writeFileSync(
    at("unknown.onnx"),
    modelBytes({ nodes: [{ op: "Det", inputs: ["x"] }], input: [1, 3, 8, 8] }),
  );
  writeFileSync(at("text.onnx"), "no model at all");
});

test("inspect describes a model that can be distilled against", async () => {
  const { stdout, code } = await run(root, "inspect", "classifier.onnx", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    distillable: true,
    opset: 13,
    classes: 5,
    omitted: ["Softmax"],
    inputs: [{ name: "x", type: "float", shape: [1, 1, 8, 8] }],
    images: { shape: [1, 8, 8], fixedBatch: 1 },
    operators: expect.arrayContaining([
      expect.objectContaining({ op: "Gemm", count: 2, forward: true, secondOrder: true }),
    ]),
    parameters: [
      { name: "fc1.weight", shape: [16, 64], trained: true },
      { name: "fc1.bias", shape: [16], trained: true },
      { name: "fc2.weight", shape: [5, 16], trained: true },
      { name: "fc2.bias", shape: [5], trained: true },
      { name: "mean", shape: [1, 1, 8, 8], trained: false },
    ],
  });
  const text = (await run(root, "inspect", "classifier.onnx", "--freeze=fc1.*")).stdout;
  expect(text).toContain("Distillable: 85 trained numbers in 2 tensors.");
});

test("inspect names the node that stops a model", async () => {
  const { stdout, code } = await run(root, "inspect", "unknown.onnx");
  expect(code).toBe(0);
  expect(stdout).toContain('Not distillable: Det node "node0": its operator is not supported.');
  expect(stdout).toMatch(/Det +1 +no +no +no/);
});

test("check certifies a model's derivatives on the CPU and in wasm", async () => {
  const { stdout, code } = await run(root, "check", "classifier.onnx", "--json", "--quiet");
  const certificate = JSON.parse(stdout);
  expect(code).toBe(0);
  expect(certificate.ok).toBe(true);
  expect(Object.keys(certificate.devices)).toEqual(["cpu", "wasm"]);
  for (const error of [certificate.forward, certificate.order1, certificate.order2]) {
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(1e-6);
  }
});

test("a model that leaves float32 is not ok, and the exit code says so", async () => {
  const huge = floats("fc2.weight", [5, 16], 1e38);
  const tensors = classifier.tensors!.map((tensor) => (tensor.name === huge.name ? huge : tensor));
  writeFileSync(at("huge.onnx"), modelBytes({ ...classifier, tensors }));
  const { stdout, code } = await run(root, "check", "huge.onnx", "--quiet");
  expect(code).toBe(1);
  expect(stdout).toMatch(/cpu +NaN .* not ok\n/);
  expect(stdout.trimEnd().endsWith("\n\nnot ok")).toBe(true);
});

test("graph writes a model's graphs and its weights, the new head's too", async () => {
  const { code, stderr } = await run(
    root,
    ...["graph", "classifier.onnx", "--head=fc2=3", "--batch=4", "--out=graphs"],
  );
  expect([code, stderr]).toEqual([0, ""]);
  expect(readdirSync(at("graphs"))).toContain("meta_gradient.onnx");
  const manifest = JSON.parse(readFileSync(at("graphs", "manifest.json"), "utf8"));
  expect(manifest.buffers.map(({ name }: { name: string }) => name)).toEqual(["mean"]);
  const { tensors } = decodeSafetensors(readFileSync(at("graphs", "weights.safetensors")));
  expect(tensors.get("fc2.weight")!.shape).toEqual([3, 16]);
  expect(tensors.get("fc1.weight")!.shape).toEqual([16, 64]);
});

test("run distils against a model with a new head", async () => {
  const { stdout, stderr, code } = await run(
    root,
    ...stripesRun(150),
    "--set=epochs=3",
    ...["--network=classifier.onnx", "--head=fc2", "--freeze=fc1.bias"],
    ...["--json", "--quiet", "--out=distilled"],
  );
  expect([code, stderr]).toEqual([0, ""]);
  const { before, accuracy } = JSON.parse(stdout);
  expect(accuracy.mean).toBeGreaterThan(before.mean + 0.2);
  const initial = decodeSafetensors(readFileSync(at("distilled", "initial.safetensors"))).tensors;
  expect([...initial.keys()].sort()).toEqual([
    "fc1.bias",
    "fc1.weight",
    "fc2.bias",
    "fc2.weight",
    "mean",
  ]);

  const evaluated = await run(root, "evaluate", "distilled", "--json", "--quiet");
  expect(JSON.parse(evaluated.stdout).accuracy).toEqual(accuracy);
});

test("train fine-tunes a model from its own weights", async () => {
  const { code, stdout, stderr } = await run(
    root,
    ...["train", "classifier.onnx", "stripes.npz", "--head=fc2", "--freeze=fc1.bias"],
    ...["--epochs=12", "--batch=40", "--rate=0.01", "--out=tuned", "--json", "--quiet"],
  );
  expect([code, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout).accuracy.mean).toBeGreaterThan(0.8);
  const { tensors } = decodeSafetensors(readFileSync(at("tuned", "network-0000.safetensors")));
  expect(tensors.get("fc2.weight")!.shape).toEqual([3, 16]);
  expect(tensors.has("fc1.bias")).toBe(false);
  const wrong = await run(
    root,
    ...["train", "classifier.onnx", "stripes.npz", '--preprocessing={"mean":[0]}'],
  );
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toMatch(/--preprocessing: the preprocessing is not valid:\n +std: /);
});

test("the bundle of a model verifies its accuracy, buffers and head included", async () => {
  const { code, stderr } = await run(
    root,
    ...["export", "distilled", "--out=bundle", "--with-test-data", "--quiet"],
  );
  expect([code, stderr]).toEqual([0, ""]);
  symlinkSync(
    fileURLToPath(new URL("../../node_modules", import.meta.url)),
    at("node_modules"),
    "junction",
  );
  const { status, stdout } = spawnSync(process.execPath, [at("bundle", "verify.mjs")], {
    encoding: "utf8",
  });
  expect([status, stdout]).toEqual([0, expect.stringMatching(/\bOK\b/)]);
});

test.each([
  [["--network=classifier.onnx"], "give it a new last layer with model.head=<layer>"],
  [
    ["--network=classifier.onnx", "--head=fc9"],
    'no layer "fc9" for a new head: the last ones are fc1, fc2',
  ],
  [["--network=classifier.onnx", "--head=fc2", "--freeze=conv*"], "no tensor is called conv*"],
  [["--network=unknown.onnx"], 'Det node "node0": its operator is not supported'],
  [["--network=text.onnx"], "text.onnx is not a model that can be read"],
  [["--network=missing.onnx"], "there is no file missing.onnx"],
])("run refuses %j with one clear error", async (options, reason) => {
  const { code, stdout, stderr } = await run(root, ...stripesRun(5), ...options, "--quiet");
  expect(code).not.toBe(0);
  expect(stdout).toBe("");
  expect(stderr).toContain(reason);
  expect(stderr).not.toMatch(/\n +at /);
});
