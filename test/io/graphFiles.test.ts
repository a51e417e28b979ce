import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { InferenceSession } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { lenet, mlp, recipeGraphs } from "../../graphs/index.ts";
import { type GraphOptions, type Manifest, manifest } from "../../src/io/encodedGraphs.ts";
import { writeGraphs } from "../../src/io/graphFiles.ts";
import { decodeSafetensors } from "../../src/io/safetensors.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

const folder = temporaryFolder();
let folders = 0;
const newFolder = () => join(folder, String(folders++));

const options: GraphOptions = {
  network: lenet(),
  loss: "softmax_cross_entropy",
  unroll: { steps: 2, epochs: 3, imagesPerStep: 10, batch: 16 },
  normalization: { mean: [0.1307], std: [0.3081] },
};
const tiny: GraphOptions = {
  ...options,
  network: mlp({ input: [1, 2, 2], hidden: [], classes: 2 }),
  unroll: { steps: 1, epochs: 1, imagesPerStep: 2, batch: 4 },
};

const readManifest = (directory: string): Manifest =>
  JSON.parse(readFileSync(join(directory, "manifest.json"), "utf8"));

const parameters = options.network.parameters.map(({ name }) => name);

/** Role, and shape or parameter, of each tensor, the parameters' in one line. */
const outline = (tensors: Manifest["graphs"][string]["inputs"]) => {
  const lines = tensors.map(({ role, shape, parameter }) =>
    parameter ? `${role}*` : `${role} [${shape}]`,
  );
  return lines.filter((line, i) => line !== lines[i - 1]);
};

describe("the manifest", () => {
  const made = manifest(recipeGraphs(options.network, options.loss, options.unroll), options);

  test("states format, loss, parameters and normalisation", () => {
    expect(made).toMatchObject({
      format: "onnx-distill-graphs",
      version: 1,
      opset: 18,
      loss: "softmax_cross_entropy",
      buffers: [],
      normalization: { mean: [0.1307], std: [0.3081] },
    });
    expect(made.parameters.length).toBe(10);
    expect(made.parameters.slice(0, 2)).toEqual([
      { name: "conv1.weight", shape: [6, 1, 5, 5], init: { kind: "xavier_normal" } },
      { name: "conv1.bias", shape: [6], init: { kind: "zeros" } },
    ]);
  });

  test("states the role and shape of every input and output", () => {
    const graphs = Object.entries(made.graphs).map(([stem, { file, inputs, outputs }]) => [
      stem,
      { file, inputs: outline(inputs), outputs: outline(outputs) },
    ]);
    const batch = ["images [10,1,28,28]", "labels [10,10]", "learning_rate [1]"];
    const real = ["real_images [16,1,28,28]", "real_labels [16,10]"];
    expect(Object.fromEntries(graphs)).toEqual({
      inner_step: {
        file: "inner_step.onnx",
        inputs: ["parameter*", ...batch],
        outputs: ["next_parameter*"],
      },
      inner_step_vjp: {
        file: "inner_step_vjp.onnx",
        inputs: ["parameter*", ...batch, "cotangent*"],
        outputs: [
          "grad_parameter*",
          "grad_images [10,1,28,28]",
          "grad_labels [10,10]",
          "grad_learning_rate [1]",
        ],
      },
      outer_loss: {
        file: "outer_loss.onnx",
        inputs: ["parameter*", ...real],
        outputs: ["loss []", "grad_parameter*"],
      },
      meta_gradient: {
        file: "meta_gradient.onnx",
        inputs: [
          "parameter*",
          "distilled_images [2,10,1,28,28]",
          "distilled_labels [2,10,10]",
          "learning_rates [6]",
          ...real,
        ],
        outputs: [
          "loss []",
          "grad_distilled_images [2,10,1,28,28]",
          "grad_distilled_labels [2,10,10]",
          "grad_learning_rates [6]",
        ],
      },
      evaluate: {
        file: "evaluate.onnx",
        inputs: ["parameter*", ...real],
        outputs: ["logits [16,10]", "loss [16]", "correct [16]"],
      },
    });
  });

  test("gives tensors of parameters the parameters' names, shapes and order", () => {
    const tensors = Object.values(made.graphs).flatMap(({ inputs, outputs }) => [
      ...inputs,
      ...outputs,
    ]);
    for (const role of ["parameter", "cotangent", "next_parameter", "grad_parameter"]) {
      const ofRole = tensors.filter((tensor) => tensor.role === role);
      expect(
        ofRole.slice(0, 10).map(({ parameter }) => parameter),
        role,
      ).toEqual(parameters);
      for (const { parameter, shape, dtype } of ofRole) {
        const spec = made.parameters.find(({ name }) => name === parameter)!;
        expect([shape, dtype]).toEqual([spec.shape, "float32"]);
      }
    }
  });

  test("lists buffers, which are fed like parameters", () => {
    const spec = { name: "offset", shape: [2], init: { kind: "zeros" } } as const;
    const network = { ...tiny.network, buffers: [spec] };
    const made = manifest(recipeGraphs(network, tiny.loss, tiny.unroll), { ...tiny, network });
    expect(made.buffers).toEqual([spec]);
    expect(made.graphs.meta_gradient.inputs).toContainEqual({
      name: "offset",
      role: "buffer",
      shape: [2],
      dtype: "float32",
      parameter: "offset",
    });
  });
});

describe("written graphs", () => {
  test("are five models whose tensors are the manifest's", async () => {
    const directory = join(newFolder(), "nested");
    const files = await writeGraphs(directory, options);
    const { graphs } = readManifest(directory);
    expect(readdirSync(directory).sort()).toEqual(
      [...files.map(({ file }) => file), "manifest.json"].sort(),
    );
    expect(files.map(({ stem }) => stem)).toEqual(Object.keys(graphs));
    for (const { stem, file, bytes, nodes } of files) {
      expect(bytes).toBe(statSync(join(directory, file)).size);
      expect(nodes).toBeGreaterThan(0);
      const session = await InferenceSession.create(join(directory, file));
      expect(session.inputNames).toEqual(graphs[stem].inputs.map(({ name }) => name));
      expect(session.outputNames).toEqual(graphs[stem].outputs.map(({ name }) => name));
      expect(session.inputMetadata.map((input) => input.isTensor && input.shape)).toEqual(
        graphs[stem].inputs.map(({ shape }) => shape),
      );
      await session.release();
    }
  });

  test("are the same bytes every time", async () => {
    const directories = [newFolder(), newFolder()];
    for (const directory of directories) await writeGraphs(directory, tiny);
    for (const file of readdirSync(directories[0])) {
      const [first, second] = directories.map((directory) => readFileSync(join(directory, file)));
      expect(first.equals(second), file).toBe(true);
    }
  });

  test("differ for the CPU alone, under the same manifest", async () => {
    const write = async (target: "portable" | "cpu") => {
      const directory = newFolder();
      await writeGraphs(directory, { ...options, target });
      const read = (file: string) => readFileSync(join(directory, file));
      return { graph: read("meta_gradient.onnx"), manifest: read("manifest.json").toString() };
    };
    const [portable, cpu] = [await write("portable"), await write("cpu")];
    expect(cpu.graph.equals(portable.graph)).toBe(false);
    expect(cpu.manifest).toBe(portable.manifest);
  });

  test("replace earlier ones, and leave other files beside them alone", async () => {
    const directory = newFolder();
    await writeGraphs(directory, options);
    writeFileSync(join(directory, "weights.safetensors"), "mine");
    await writeGraphs(directory, tiny);
    expect(readManifest(directory).parameters.map(({ name }) => name)).toEqual([
      "fc1.weight",
      "fc1.bias",
    ]);
    expect(readFileSync(join(directory, "weights.safetensors"), "utf8")).toBe("mine");
  });

  test("hold a pretrained network's weights, and never replace others", async () => {
    const directory = newFolder();
    const weights = new Map(
      tiny.network.parameters.map(({ name, shape }) => [
        name,
        new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5),
      ]),
    );
    await writeGraphs(directory, { ...tiny, weights });
    expect(readManifest(directory).weights).toBe("weights.safetensors");
    const { tensors } = decodeSafetensors(readFileSync(join(directory, "weights.safetensors")));
    expect([...tensors.keys()].sort()).toEqual(["fc1.bias", "fc1.weight"]);
    await writeGraphs(directory, { ...tiny, weights });

    await writeGraphs(directory, tiny);
    expect(readManifest(directory)).not.toHaveProperty("weights");
    await expect(writeGraphs(directory, { ...tiny, weights })).rejects.toThrow(
      "weights.safetensors is not of these graphs: move it",
    );
  });

  test("complete a directory that an interrupted run left without its manifest", async () => {
    const directory = newFolder();
    mkdirSync(directory);
    writeFileSync(join(directory, "inner_step.onnx"), "");
    writeFileSync(join(directory, ".evaluate.onnx.1-1.tmp"), "");
    await writeGraphs(directory, tiny);
    expect(readManifest(directory).format).toBe("onnx-distill-graphs");
  });

  test.each([
    ["thesis.txt", "mine"],
    ["manifest.json", '{"format":"other"}'],
    ["manifest.json", "not JSON"],
    ["manifest.json", "null"],
  ])("are not written among what is not ours: %s %s", async (file, content) => {
    const directory = newFolder();
    mkdirSync(directory);
    writeFileSync(join(directory, file), content);
    await expect(writeGraphs(directory, tiny)).rejects.toThrow(/choose an empty or new directory/);
    expect(readdirSync(directory)).toEqual([file]);
    expect(readFileSync(join(directory, file), "utf8")).toBe(content);
  });

  test("leave earlier ones as they were when the new ones cannot be made", async () => {
    const directory = newFolder();
    await writeGraphs(directory, tiny);
    const forward = () => {
      throw new Error("broken");
    };
    const network = { ...tiny.network, forward };
    await expect(writeGraphs(directory, { ...tiny, network })).rejects.toThrow("broken");
    expect(readManifest(directory).parameters.length).toBe(2);
  });

  test("leave no manifest when writing fails midway", async () => {
    const directory = newFolder();
    await writeGraphs(directory, tiny);
    rmSync(join(directory, "outer_loss.onnx"));
    mkdirSync(join(directory, "outer_loss.onnx"));
    await expect(writeGraphs(directory, tiny)).rejects.toThrow();
    expect(existsSync(join(directory, "manifest.json"))).toBe(false);
  });
});
