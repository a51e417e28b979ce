import { expect, test } from "vitest";
import { input } from "../../../src/ir/builders/index.ts";
import { relativeError } from "../../../src/ir/float32.ts";
import { evaluate } from "../../../src/ir/interpreter/index.ts";
import {
  type ImportedModel,
  type ImportOptions,
  importModel,
} from "../../../src/onnx/import/importModel.ts";
import type { FileNode, ModelFile } from "../../../src/onnx/modelFile.ts";
import { random } from "../../../src/random/generator.ts";
import { initialize } from "../../../src/random/initializers.ts";
import { runModel } from "../session.ts";
import { floats, integers, type ModelSpec, modelBytes, modelOf } from "./modelOf.ts";

/** Logits of n images by the imported network. */
function logits(model: ImportedModel, images: Float32Array, n: number): Float64Array {
  const leaves = (tensors: ImportedModel["parameters"]) =>
    tensors.map(({ name, shape }) => input(name, shape));
  const shape = [n, ...model.images.shape];
  const output = model.forward(
    leaves(model.parameters),
    leaves(model.buffers),
    input("pictures", shape),
  );
  expect(output.shape).toEqual([n, model.classes]);
  const feeds = new Map(
    [...model.parameters, ...model.buffers].map(({ name, data }) => [name, data!] as const),
  );
  return evaluate([output], feeds.set("pictures", images))[0]!;
}

/** Of every image on its own by the file, whose batch is one. */
async function fileLogits(spec: ModelSpec, images: Float32Array, n: number): Promise<Float64Array> {
  const [, ...shape] = spec.input!;
  const size = images.length / n;
  const all: number[] = [];
  for (let i = 0; i < n; i++) {
    const one = Float64Array.from(images.subarray(i * size, (i + 1) * size));
    const inputs = [{ name: "x", shape: [1, ...shape] }];
    all.push(...(await runModel(modelBytes(spec), inputs, new Map([["x", one]]))).get("y")!);
  }
  return Float64Array.from(all);
}

const scaledConv: ModelSpec["nodes"] = [
  { op: "Conv", inputs: ["x", "w"], outputs: ["c"], attributes: { kernel_shape: [3, 3] } },
  { op: "Reshape", inputs: ["scale", "to"], outputs: ["s"] },
  { op: "Mul", inputs: ["c", "s"], outputs: ["m"] },
  { op: "GlobalAveragePool", inputs: ["m"], outputs: ["g"] },
  { op: "Reshape", inputs: ["g", "flat"] },
];

test.each([1, 3, 64, 101])("a weight of 64 numbers is no batch, of %i images", async (n) => {
  const spec: ModelSpec = {
    input: [1, 1, 6, 6],
    nodes: scaledConv,
    tensors: [
      floats("w", [64, 1, 3, 3]),
      floats("scale", [64]),
      integers("to", [1, 64, 1, 1]),
      integers("flat", [1, 64]),
    ],
  };
  const model = importModel(modelOf(spec));
  const images = initialize({ kind: "normal" }, [n, 1, 6, 6], random(1, "images"));
  const expected = await fileLogits(spec, images, n);
  expect(relativeError(logits(model, images, n), expected)).toBeLessThan(1e-5);
});

test("axes of one image are not lost with a squeeze of all axes", () => {
  const spec: ModelSpec = {
    input: [1, 1, 6, 6],
    nodes: [
      { op: "Conv", inputs: ["x", "w"], outputs: ["c"] },
      { op: "GlobalAveragePool", inputs: ["c"], outputs: ["g"] },
      { op: "Squeeze", inputs: ["g"] },
    ],
    tensors: [floats("w", [5, 1, 3, 3])],
  };
  const model = importModel(modelOf(spec));
  for (const n of [1, 2]) {
    expect(logits(model, new Float32Array(n * 36).fill(1), n)).toHaveLength(n * 5);
  }
});

const dense = (name: string, from: string, to: string): ModelSpec["nodes"][number] => ({
  op: "Gemm",
  inputs: [from, `${name}.weight`, `${name}.bias`],
  outputs: [to],
  attributes: { transB: 1 },
});

const flat: ModelSpec["nodes"][number] = { op: "Flatten", inputs: ["x"], outputs: ["f"] };
const weights = (name: string, out: number, size: number) => [
  floats(`${name}.weight`, [out, size]),
  floats(`${name}.bias`, [out]),
];

test("a sigmoid behind one logit is left out, behind several it stays", () => {
  const of = (classes: number) =>
    importModel(
      modelOf({
        input: [1, 1, 2, 2],
        nodes: [flat, dense("fc", "f", "z"), { op: "Sigmoid", inputs: ["z"] }],
        tensors: weights("fc", classes, 4),
      }),
    );
  expect(of(1)).toMatchObject({ classes: 1, omitted: ["Sigmoid"] });
  expect(of(3)).toMatchObject({ classes: 3, omitted: [] });
});

test("constants have the names of what they compute, whatever their tensors are called", () => {
  const constant = (name: string, fill: number): FileNode => ({
    name,
    opType: "Constant",
    domain: "",
    inputs: [],
    outputs: [name],
    attributes: new Map([
      [
        "value",
        {
          name: "value",
          type: "float" as const,
          shape: [4, 5],
          data: new Float32Array(20).fill(fill),
        },
      ],
    ]),
  });
  const file: ModelFile = modelOf({
    input: [1, 1, 2, 2],
    nodes: [
      flat,
      { op: "MatMul", inputs: ["f", "first"], outputs: ["a"] },
      { op: "MatMul", inputs: ["f", "second"], outputs: ["b"] },
      { op: "Sub", inputs: ["a", "b"] },
    ],
  });
  const model = importModel({
    ...file,
    nodes: [constant("first", 1), constant("second", 2), ...file.nodes],
  });
  expect(model.parameters.map(({ name }) => name)).toEqual(["first", "second"]);
  expect([...logits(model, Float32Array.of(1, 2, 3, 4), 1)]).toEqual(Array(5).fill(-10));
});

test("known lists broadcast against each other", async () => {
  const spec: ModelSpec = {
    input: [1, 1, 4, 4],
    nodes: [
      { op: "Range", inputs: ["zero", "four", "one"], outputs: ["columns"] },
      { op: "Unsqueeze", inputs: ["columns", "last"], outputs: ["rows"] },
      { op: "LessOrEqual", inputs: ["columns", "rows"], outputs: ["mask"] },
      { op: "Where", inputs: ["mask", "x", "nothing"], outputs: ["m"] },
      { op: "Flatten", inputs: ["m"], outputs: ["f"] },
      dense("fc", "f", "y"),
    ],
    tensors: [
      integers("zero", [0], []),
      integers("four", [4], []),
      integers("one", [1], []),
      integers("last", [1]),
      floats("nothing", [], 0),
      ...weights("fc", 3, 16),
    ],
  };
  const images = initialize({ kind: "normal" }, [2, 1, 4, 4], random(1, "images"));
  const actual = logits(importModel(modelOf(spec)), images, 2);
  expect(relativeError(actual, await fileLogits(spec, images, 2))).toBeLessThan(1e-5);
});

test("a whole batch is cut as such, a part of it is an error", async () => {
  const cut = (end: number): ModelSpec => ({
    input: [1, 1, 4, 4],
    nodes: [
      { op: "Slice", inputs: ["x", "starts", "ends"], outputs: ["part"] },
      { op: "Flatten", inputs: ["part"], outputs: ["f"] },
      dense("fc", "f", "y"),
    ],
    tensors: [
      integers("starts", [0, 0, 1, 0]),
      integers("ends", [end, 1, 3, 4]),
      ...weights("fc", 3, 8),
    ],
  });
  const images = initialize({ kind: "normal" }, [3, 1, 4, 4], random(1, "images"));
  const actual = logits(importModel(modelOf(cut(1))), images, 3);
  expect(relativeError(actual, await fileLogits(cut(1), images, 3))).toBeLessThan(1e-5);
  expect(() => importModel(modelOf({ ...cut(1), input: [4, 1, 4, 4] }))).toThrow(
    "it takes a part of the batch, 0 to 1",
  );
});

const small: ModelSpec = {
  input: [1, 1, 2, 2],
  nodes: [
    flat,
    { op: "Identity", inputs: ["fc.bias"], outputs: ["b"] },
    { op: "MatMul", inputs: ["f", "fc.weight"], outputs: ["m"] },
    { op: "Add", inputs: ["m", "b"] },
  ],
  tensors: [floats("fc.weight", [4, 3]), floats("fc.bias", [3])],
};

test("small weights keep their names on the way to their layer", () => {
  const names = ({ parameters }: ImportedModel) => parameters.map(({ name }) => name);
  expect(names(importModel(modelOf(small))).sort()).toEqual(["fc.bias", "fc.weight"]);
  expect(names(importModel(modelOf(small), { freeze: ["fc.bias"] }))).toEqual(["fc.weight"]);
});

test.each([
  ["behind a layer", { op: "Relu", inputs: ["z"] }, [] as ReturnType<typeof integers>[]],
  [
    "behind a reshape to the old classes",
    { op: "Reshape", inputs: ["z", "to"] },
    [integers("to", [-1, 5])],
  ],
  [
    "behind a reshape of one image",
    { op: "Reshape", inputs: ["z", "to"] },
    [integers("to", [1, 5])],
  ],
])("a new head works %s", (_, last, more) => {
  const options: ImportOptions = { head: { layer: "fc", classes: 7 } };
  const model = importModel(
    modelOf({
      input: [1, 1, 2, 2],
      nodes: [flat, dense("fc", "f", "z"), last],
      tensors: [...weights("fc", 5, 4), ...more],
    }),
    options,
  );
  expect(model.classes).toBe(7);
  expect(model.parameters.map(({ shape, data }) => [shape, data])).toEqual([
    [[7, 4], undefined],
    [[7], undefined],
  ]);
});

test("tensors that are called like inputs of our graphs are refused", () => {
  const spec: ModelSpec = {
    input: [1, 1, 2, 2],
    nodes: [flat, { op: "MatMul", inputs: ["f", "labels"] }],
    tensors: [floats("labels", [4, 3])],
  };
  expect(() => importModel(modelOf(spec))).toThrow(
    'its tensor "labels" has a name that graphs need',
  );
});
