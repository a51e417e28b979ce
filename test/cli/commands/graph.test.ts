import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { expect, test } from "vitest";
import type { CommandContext } from "../../../src/cli/command.ts";
import { registerGraph } from "../../../src/cli/commands/graph.ts";
import { UsageError } from "../../../src/cli/errors.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";

const folder = temporaryFolder();
const out = join(folder, "graphs");

async function run(...args: string[]): Promise<string> {
  let text = "";
  const stdout = { write: (part: string) => (text += part) } as unknown as NodeJS.WriteStream;
  const context: CommandContext = { stdout, stderr: stdout, signal: new AbortController().signal };
  const program = new Command().exitOverride();
  registerGraph(program, context);
  await program.parseAsync(["graph", ...args], { from: "user" });
  return text;
}

const readManifest = () => JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));

test("graph prints a table of the files it wrote", async () => {
  const text = await run("mlp", "--input", "1x4x4", "--batch", "8", "--out", out);
  const lines = text.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^file +size +nodes$/);
  expect(lines.slice(2, 7).map((line) => line.split(" ")[0])).toEqual([
    "inner_step.onnx",
    "inner_step_vjp.onnx",
    "outer_loss.onnx",
    "meta_gradient.onnx",
    "evaluate.onnx",
  ]);
  for (const line of lines.slice(2, 7)) expect(line).toMatch(/ [\d.]+ KiB +\d+$/);
  expect(lines.at(-1)).toBe(`Written to ${out} with manifest.json`);
});

test("graph --json prints one document", async () => {
  const result = JSON.parse(await run("mlp", "--input", "1x4x4", "--json", "--out", out));
  expect(result).toMatchObject({ directory: out, manifest: join(out, "manifest.json") });
  expect(Object.keys(result.graphs)).toEqual([
    "inner_step",
    "inner_step_vjp",
    "outer_loss",
    "meta_gradient",
    "evaluate",
  ]);
  const { file, bytes, nodes } = result.graphs.inner_step;
  expect([file, bytes]).toEqual(["inner_step.onnx", readFileSync(join(out, file)).length]);
  expect(nodes).toBeGreaterThan(10);
});

test("sizes, loss, initialisation and normalisation reach the manifest", async () => {
  await run(
    ...[
      "mlp",
      "--input",
      "3x4x5",
      "--classes",
      "4",
      "--steps",
      "2",
      "--epochs",
      "3",
      "--per-class",
      "2",
    ],
    ...[
      "--batch",
      "7",
      "--init",
      "kaiming_normal",
      "--mean",
      "0.1,0.2,0.3",
      "--std",
      "1,2,3",
      "--out",
      out,
    ],
  );
  const { graphs, loss, parameters, normalization } = readManifest();
  const shapes = Object.fromEntries(
    graphs.meta_gradient.inputs.map(({ name, shape }: { name: string; shape: number[] }) => [
      name,
      shape,
    ]),
  );
  expect(shapes).toMatchObject({
    distilled_images: [2, 8, 3, 4, 5],
    distilled_labels: [2, 8, 4],
    learning_rates: [6],
    real_images: [7, 3, 4, 5],
  });
  expect(loss).toBe("softmax_cross_entropy");
  expect(parameters[0].init).toEqual({ kind: "kaiming_normal" });
  expect(normalization).toEqual({ mean: [0.1, 0.2, 0.3], std: [1, 2, 3] });
});

test("one logit stands for two classes and takes binary cross-entropy", async () => {
  await run("mlp", "--classes", "1", "--per-class", "3", "--input", "1x2x2", "--out", out);
  const { graphs, loss } = readManifest();
  expect(loss).toBe("binary_cross_entropy");
  expect(graphs.inner_step.inputs).toContainEqual(
    expect.objectContaining({ name: "labels", shape: [6, 1] }),
  );
});

test("LeNet needs no options but a directory", async () => {
  await run("lenet", "--out", out);
  const { graphs, normalization } = readManifest();
  expect(normalization).toEqual({ mean: [0], std: [1] });
  expect(graphs.evaluate.outputs[0].shape).toEqual([256, 10]);
});

test.each(["webgpu", "cuda"])("--lowering %s writes graphs that run there", async (device) => {
  const size = ["--batch", "4", "--input", "1x8x8", "--classes", "3"];
  const bytes = (graph: string) => readFileSync(join(out, `${graph}.onnx`));
  await run("mlp", ...size, "--out", out);
  const portable = ["meta_gradient", "evaluate"].map(bytes);
  rmSync(out, { recursive: true });
  await run("mlp", ...size, "--lowering", device, "--out", out);
  expect(["meta_gradient", "evaluate"].map(bytes)).toEqual(portable);
});

test.each([
  [
    ["lnet"],
    'unknown network "lnet". Did you mean lenet? There are: lenet, alexcifarnet, alexnet, mlp',
  ],
  [
    ["lenet", "--lowering", "tpu"],
    'unknown lowering "tpu". Did you mean cpu? There are: portable, cpu, webgpu, cuda',
  ],
  [["lenet", "--init", "xavier"], 'unknown initialization "xavier". Did you mean xavier_normal'],
  [["lenet", "--loss", "mse"], "There are: softmax_cross_entropy, binary_cross_entropy"],
  [["lenet", "--loss", "binary_cross_entropy"], "binary_cross_entropy does not fit 10 logits"],
  [["mlp", "--classes", "1", "--loss", "softmax_cross_entropy"], "use --loss binary_cross_entropy"],
  [["lenet", "--input", "28x28"], '--input: expected CxHxW such as 1x28x28, got "28x28"'],
  [["lenet", "--input", "1x16x16"], "lenet takes 28x28 or 32x32 images"],
  [["lenet", "--mean", "0.1,0.2"], "--mean: expected 1 numbers, one per channel, got 2"],
  [["lenet", "--std", "0"], '--std: expected positive numbers, got "0"'],
])("graph %s is a usage error", async (args, message) => {
  const unused = join(folder, "unused");
  const error = await run(...args, "--out", unused).catch((reason) => reason);
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toContain(message);
  expect(existsSync(unused)).toBe(false);
});

test("a model file that is not there is an error, not a wrong usage", async () => {
  const error = await run("resnet.onnx", "--out", out).catch((reason) => reason);
  expect(error).not.toBeInstanceOf(UsageError);
  expect(error.message).toBe("there is no file resnet.onnx");
});
