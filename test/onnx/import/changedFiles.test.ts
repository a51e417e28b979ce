import { expect, test } from "vitest";
import { ImportError } from "../../../src/onnx/import/error.ts";
import { importModel } from "../../../src/onnx/import/importModel.ts";
import { ModelFileError } from "../../../src/onnx/modelFile.ts";
import { decodeModel } from "../../../src/onnx/protobuf/decodeModel.ts";
import { type Random, random } from "../../../src/random/generator.ts";
import { floats, integers, type ModelSpec, modelBytes } from "./modelOf.ts";

/** A convolution, shape arithmetic, a resize and a head: parts of many kinds in a few hundred bytes. */
const model: ModelSpec = {
  input: [1, 2, 6, 6],
  nodes: [
    {
      op: "Conv",
      inputs: ["x", "w", "b"],
      outputs: ["c"],
      attributes: { pads: [1, 1, 1, 1], group: 1, strides: [1, 1] },
    },
    { op: "Clip", inputs: ["c", "low"], outputs: ["r"] },
    {
      op: "Resize",
      inputs: ["r", "", "", "sizes"],
      outputs: ["z"],
      attributes: { mode: "linear" },
    },
    {
      op: "MaxPool",
      inputs: ["z"],
      outputs: ["p"],
      attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    },
    { op: "Shape", inputs: ["p"], outputs: ["s"] },
    { op: "Gather", inputs: ["s", "zero"], outputs: ["n"] },
    { op: "Concat", inputs: ["n", "minus"], outputs: ["to"], attributes: { axis: 0 } },
    { op: "Reshape", inputs: ["p", "to"], outputs: ["f"] },
    { op: "Gemm", inputs: ["f", "w2", "b2"], outputs: ["g"], attributes: { transB: 1 } },
    { op: "Softmax", inputs: ["g"], attributes: { axis: -1 } },
  ],
  tensors: [
    floats("w", [3, 2, 3, 3]),
    floats("b", [3]),
    floats("low", [], 0),
    integers("sizes", [1, 3, 8, 8]),
    integers("zero", [0]),
    integers("minus", [-1]),
    floats("w2", [4, 48]),
    floats("b2", [4]),
  ],
};

const bytes = modelBytes(model);

/** A few bytes replaced, removed, repeated, or the end cut off. */
function changed(stream: Random): Uint8Array {
  const copy = [...bytes];
  const at = () => stream.integer(copy.length);
  for (let times = 1 + stream.integer(3); times > 0; times--) {
    const kind = stream.integer(5);
    if (kind === 0) copy[at()] = stream.integer(256);
    else if (kind === 1) copy[at()] = [0, 1, 127, 128, 255][stream.integer(5)]!;
    else if (kind === 2) copy.splice(at(), 1 + stream.integer(4));
    else if (kind === 3)
      copy.splice(at(), 0, ...Array.from({ length: 1 + stream.integer(9) }, () => 255));
    else copy.length = Math.max(1, at());
  }
  return Uint8Array.from(copy);
}

test("the model that is changed can be imported", () => {
  const { classes, parameters } = importModel(decodeModel(bytes));
  expect(classes).toBe(4);
  expect(parameters.map(({ name }) => name)).toEqual(["w", "b", "w2", "b2"]);
});

test("a changed model is imported or refused with a reason, 3,000 times", () => {
  let refused = 0;
  for (let i = 0; i < 3000; i++) {
    const broken = changed(random(1, "changed model", i));
    try {
      importModel(decodeModel(broken));
    } catch (error) {
      if (!(error instanceof ModelFileError || error instanceof ImportError)) {
        throw new Error(`change ${i} ends in ${error}`, { cause: error });
      }
      expect(error.message).not.toBe("");
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(1000);
});

const graph =
  (nodes: ModelSpec["nodes"], tensors: ModelSpec["tensors"] = []) =>
  () =>
    importModel(decodeModel(modelBytes({ nodes, tensors, input: [1, 1, 4, 4] })));

test.each([
  [
    "a cycle",
    graph([
      { op: "Add", inputs: ["x", "b"], outputs: ["a"] },
      { op: "Relu", inputs: ["a"], outputs: ["b"] },
      { op: "Flatten", inputs: ["b"] },
    ]),
    'Add node "node0": its input "b" is computed by no node before it',
  ],
  [
    "two nodes for one tensor",
    graph([
      { op: "Relu", inputs: ["x"] },
      { op: "Neg", inputs: ["x"] },
    ]),
    'it computes "y", which another node computes too',
  ],
  [
    "a constant of absurd size",
    graph([{ op: "ConstantOfShape", inputs: ["s"] }], [integers("s", [1e6, 1e6])]),
    "it makes a tensor of shape [1000000,1000000]",
  ],
  [
    "a repetition of absurd size",
    graph(
      [
        { op: "Expand", inputs: ["one", "s"], outputs: ["e"] },
        { op: "Mul", inputs: ["x", "e"] },
      ],
      [integers("one", [1]), integers("s", [1e5, 1e5])],
    ),
    "it makes a constant of shape [100000,100000]",
  ],
  [
    "a cycle of nodes that do nothing",
    graph([{ op: "Identity", inputs: ["y"] }]),
    'Identity node "node0": its input "y" is computed by no node before it',
  ],
  ["a softmax of nothing", graph([{ op: "Softmax", inputs: [] }]), "input 0 is missing"],
  ["a concatenation of nothing", graph([{ op: "Concat", inputs: [] }]), "it has no inputs"],
  ["a sum of nothing", graph([{ op: "Sum", inputs: [] }]), "it has no inputs"],
  [
    "an operator called like a property of objects",
    graph([{ op: "toString", inputs: ["x"] }]),
    "its operator is not supported",
  ],
  [
    "coordinates called like a property of objects",
    graph(
      [
        {
          op: "Resize",
          inputs: ["x", "", "", "s"],
          attributes: { coordinate_transformation_mode: "constructor" },
        },
      ],
      [integers("s", [1, 1, 8, 8])],
    ),
    'coordinates "constructor" with rounding "round_prefer_floor" are not known',
  ],
  [
    "a window far outside its image",
    graph([
      {
        op: "AveragePool",
        inputs: ["x"],
        attributes: { kernel_shape: [2, 2], pads: [0, 0, 20000, 20000] },
      },
    ]),
    "it pads by 20000",
  ],
  [
    "a resize to an absurd size",
    graph([{ op: "Resize", inputs: ["x", "", "", "s"] }], [integers("s", [1, 1, 4, 2 ** 30])]),
    "it makes an axis of absurd length",
  ],
  [
    "a list of absurd length",
    graph(
      [
        { op: "Range", inputs: ["a", "b", "c"], outputs: ["r"] },
        { op: "Reshape", inputs: ["x", "r"] },
      ],
      [integers("a", [0], []), integers("b", [2 ** 27], []), integers("c", [1], [])],
    ),
    "it counts from 0 to 134217728 in steps of 1",
  ],
  ["no weights", graph([{ op: "Flatten", inputs: ["x"] }]), "it has no weights to train"],
  [
    "an output of no classes",
    graph([{ op: "Conv", inputs: ["x", "w"] }], [floats("w", [2, 1, 3, 3])]),
    "its output for 101 images has the shape [101,2,2,2]: expected a number for every class",
  ],
])("%s is refused with a reason", (_, importing, reason) => {
  expect(importing).toThrow(ImportError);
  expect(importing).toThrow(reason);
});

test("a tensor must have the bytes that its shape needs", () => {
  const { nodes, tensors = [] } = model;
  const short = { ...floats("w", [3, 2, 3, 3]), data: [1, 2, 3] };
  const decoding = () => decodeModel(modelBytes({ nodes, tensors: [short, ...tensors.slice(1)] }));
  expect(decoding).toThrow(ModelFileError);
  expect(decoding).toThrow(
    'tensor "w" of shape [3,2,3,3] needs 216 bytes of float, the file has 12',
  );
});
