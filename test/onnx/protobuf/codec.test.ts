/** Our protobuf beside that of the package onnx-proto, which is generated from ONNX's own description. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import onnxProto from "onnx-proto";
import { describe, expect, test } from "vitest";
import { lenet, recipeGraphs, toGraph } from "../../../graphs/index.ts";
import { compile } from "../../../src/onnx/compile.ts";
import { ModelFileError } from "../../../src/onnx/modelFile.ts";
import { decodeModel } from "../../../src/onnx/protobuf/decodeModel.ts";
import { encodeModel } from "../../../src/onnx/protobuf/encodeModel.ts";
import { readFields, WireMessage } from "../../../src/onnx/protobuf/wireRead.ts";
import { realDataDir } from "../../realData.ts";
import { floats, integers } from "../import/modelOf.ts";

const { onnx } = onnxProto;
const { ModelProto, AttributeProto, TensorProto } = onnx;

test("the graphs of a recipe are the bytes that onnx-proto writes", () => {
  const unroll = { steps: 1, epochs: 1, imagesPerStep: 10, batch: 4 };
  for (const graph of recipeGraphs(lenet(), "softmax_cross_entropy", unroll)) {
    const { bytes } = compile(toGraph(graph));
    const again = ModelProto.encode(ModelProto.decode(bytes)).finish();
    expect(Buffer.compare(bytes, again)).toBe(0);
  }
});

test("attributes, tensors, domains and shapes come back as they were written", () => {
  const bytes = encodeModel({
    name: "all",
    opset: 18,
    irVersion: 8,
    nodes: [
      {
        name: "n",
        opType: "Odd",
        domain: "com.example",
        inputs: ["x", ""],
        outputs: ["y"],
        attributes: {
          one: -3,
          list: [1, -1, 2 ** 40, -(2 ** 40)],
          text: "größer",
          real: { float: 0.5 },
        },
      },
    ],
    initializers: [floats("w", [2, 3]), integers("shape", [-1, 300])],
    inputs: [{ name: "x", dtype: "float32", shape: [1, 128] }],
    outputs: [{ name: "y", dtype: "bool", shape: [] }],
  });
  expect(Buffer.compare(ModelProto.encode(ModelProto.decode(bytes)).finish(), bytes)).toBe(0);
  const model = decodeModel(bytes);
  expect(model.opsets).toEqual(
    new Map([
      ["", 18],
      ["com.example", 1],
    ]),
  );
  expect(model.nodes[0]!.attributes).toEqual(
    new Map<string, unknown>([
      ["one", -3],
      ["list", [1, -1, 2 ** 40, -(2 ** 40)]],
      ["text", "größer"],
      ["real", 0.5],
    ]),
  );
  expect(model.nodes[0]!.inputs).toEqual(["x", ""]);
  expect(Array.from(model.initializers[1]!.data as Float64Array)).toEqual([-1, 300]);
  expect(model.inputs[0]!.shape).toEqual([1, 128]);
});

test("lists are read packed and unpacked, and from the field of their type", () => {
  const tensor = (type: keyof typeof TensorProto.DataType, lists: object) => ({
    name: type,
    dataType: TensorProto.DataType[type],
    dims: [2],
    ...lists,
  });
  const bytes = ModelProto.encode(
    ModelProto.create({
      irVersion: 3,
      graph: {
        node: [
          {
            opType: "Odd",
            attribute: [
              { name: "floats", type: AttributeProto.AttributeType.FLOATS, floats: [0.25, -2] },
              { name: "ints", type: AttributeProto.AttributeType.INTS, ints: [7, -7] },
              { name: "graph", type: AttributeProto.AttributeType.GRAPH, g: {} },
            ],
          },
        ],
        initializer: [
          tensor("FLOAT", { floatData: [1.5, -2.5] }),
          tensor("DOUBLE", { doubleData: [1e-300, 3] }),
          tensor("INT64", { int64Data: [-5, 6] }),
          tensor("UINT64", { uint64Data: [5, 2 ** 63] }),
          tensor("INT32", { int32Data: [-9, 9] }),
        ],
      },
    }),
  ).finish();
  // The same list of integers in two fields instead of one, as older writers have it.
  const unpacked = [0x40, 7, 0x40, ...[0xf9, 255, 255, 255, 255, 255, 255, 255, 255, 1]];
  const packed = [0x42, 11, ...unpacked.filter((_, i) => i !== 0 && i !== 2)];
  expect(readFields(Uint8Array.from(packed))).toHaveLength(1);
  for (const list of [packed, unpacked])
    expect(new WireMessage(Uint8Array.from(list)).integers(8)).toEqual([7, -7]);
  const { nodes, initializers } = decodeModel(bytes);
  expect(Object.fromEntries(nodes[0]!.attributes)).toEqual({
    floats: [0.25, -2],
    ints: [7, -7],
    graph: { unread: "GRAPH" },
  });
  expect(initializers.map(({ data }) => Array.from(data as Float64Array))).toEqual([
    [1.5, -2.5],
    [1e-300, 3],
    [-5, 6],
    [5, 2 ** 63],
    [-9, 9],
  ]);
});

test("bytes that are cut off or no message are refused with what is wrong", () => {
  const whole = encodeModel({
    name: "cut",
    opset: 18,
    irVersion: 8,
    nodes: [],
    initializers: [],
    inputs: [],
    outputs: [],
  });
  expect(() => decodeModel(whole.subarray(0, whole.length - 1))).toThrow(
    /bytes long, but \d+ are left/,
  );
  expect(() => decodeModel(Uint8Array.of(0x08, 0xff))).toThrow(
    "it ends inside a number, at byte 2",
  );
  expect(() => decodeModel(Uint8Array.of(0x0b))).toThrow("byte 0 begins no field");
  expect(() => decodeModel(Uint8Array.of(0x38, 0))).toThrow("field 7 holds varint, expected bytes");
  expect(() => decodeModel(new Uint8Array(12).fill(0xff))).toThrow(
    "a number of more than 10 bytes",
  );
  expect(() => decodeModel(new Uint8Array(0))).toThrow(ModelFileError);
});

const dir = realDataDir("onnx");

describe.skipIf(!dir)("models of other tools", () => {
  const files = dir ? readdirSync(join(dir, "onnx")).filter((name) => name.endsWith(".onnx")) : [];
  test.each(files)("%s has the nodes and tensors that onnx-proto reads", (file) => {
    const bytes = readFileSync(join(dir!, "onnx", file));
    const theirs = ModelProto.decode(bytes);
    const ours = decodeModel(bytes);
    expect(ours.nodes.map(({ opType, inputs, outputs }) => [opType, inputs, outputs])).toEqual(
      theirs.graph!.node!.map(({ opType, input, output }) => [opType, input, output]),
    );
    expect(ours.initializers.map(({ name, shape }) => [name, shape])).toEqual(
      theirs.graph!.initializer!.map(({ name, dims }) => [name, dims!.map(Number)]),
    );
    for (const [i, { data }] of ours.initializers.entries()) {
      const { rawData, floatData } = theirs.graph!.initializer![i]!;
      if (floatData?.length) expect(Array.from(data as Float32Array)).toEqual(floatData);
      else expect(data.length).toBeGreaterThanOrEqual(rawData!.length === 0 ? 0 : 1);
    }
  });
});
