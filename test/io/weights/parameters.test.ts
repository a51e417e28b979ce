import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InferenceSession } from "onnxruntime-node";
import { expect, test } from "vitest";
import { alexnet, mlp } from "../../../graphs/index.ts";
import { encodeNpz } from "../../../src/formats/npz.ts";
import { encodeZip } from "../../../src/formats/zipWrite.ts";
import { fitParameters, namedTensors } from "../../../src/io/weights/fitParameters.ts";
import type { NamedTensors } from "../../../src/io/weights/namedTensors.ts";
import { readParameters } from "../../../src/io/weights/readParameters.ts";
import { writeParameters, writtenFormats } from "../../../src/io/weights/writeParameters.ts";
import { DataType, float32Bytes, weightsModel } from "../../onnx/weightsModel.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";

const folder = temporaryFolder();
const tensors: NamedTensors = new Map([
  ["fc1.weight", { shape: [2, 3], data: Float32Array.of(1, -2, 3e-40, 4, 5, 1e30) }],
  ["fc1.bias", { shape: [2], data: Float32Array.of(0.1, Number.NaN) }],
  ["scale", { shape: [], data: Float32Array.of(7) }],
]);

test.each(writtenFormats)("what is written as %s is read again, bit for bit", async (format) => {
  const path = join(folder, `weights.${format}`);
  await writeParameters(path, tensors);
  expect(new Map([...(await readParameters(path))].sort())).toEqual(new Map([...tensors].sort()));
});

test("the content decides what a file is, not its name", async () => {
  for (const format of writtenFormats) {
    const path = join(folder, `${format}.bin`);
    await writeParameters(join(folder, `again.${format}`), tensors);
    writeFileSync(path, readFileSync(join(folder, `again.${format}`)));
    expect((await readParameters(path)).size).toBe(3);
  }
});

test("a written ONNX model gives its parameters as outputs", async () => {
  const path = join(folder, "runs.onnx");
  await writeParameters(path, tensors);
  const session = await InferenceSession.create(path);
  const results = await session.run({});
  await session.release();
  expect(Object.keys(results)).toEqual([...tensors.keys()]);
  expect(results["fc1.weight"]?.dims).toEqual([2, 3]);
  expect(results["fc1.weight"]?.data).toEqual(tensors.get("fc1.weight")?.data);
});

test("another ending is not written", async () => {
  await expect(writeParameters(join(folder, "a.pth"), tensors)).rejects.toThrow(
    "weights are written as .safetensors, .npz, .onnx; end the name so",
  );
});

const file = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

test.each([
  ["text.txt", new TextEncoder().encode("weights = 3\n"), "begins with 77 65 69 67 68 74 73 20"],
  ["empty.pth", new Uint8Array(), "begins with nothing. Known are safetensors, .npz, .onnx, and"],
  ["other.zip", encodeZip(new Map([["a", new Uint8Array(3)]])), "has no data.pkl and no .npy file"],
  ["short.safetensors", new Uint8Array(3), "Not a valid safetensors file"],
  ["short.onnx", Uint8Array.of(0xff), "it cannot be read as a protobuf message"],
  ["none.onnx", weightsModel(), "The ONNX model has no float initializers"],
])("%s is refused by its path and with a reason", async (name, bytes, message) => {
  const path = file(name, bytes);
  const reading = readParameters(path);
  await expect(reading).rejects.toThrow(`${path}: `);
  await expect(reading).rejects.toThrow(message);
});

test("a file that is not there is named", async () => {
  await expect(readParameters(join(folder, "none.npz"))).rejects.toThrow("none.npz: ENOENT");
});

test("arrays of .npz may be of any type that float32 holds", async () => {
  const path = file(
    "types.npz",
    encodeNpz(
      new Map([
        ["half", { dtype: "f2", shape: [1], data: Uint16Array.of(0x3c00) }],
        ["double", { dtype: "f8", shape: [1], data: Float64Array.of(0.1) }],
        ["long", { dtype: "i8", shape: [], data: BigInt64Array.of(-3n) }],
        ["unsigned", { dtype: "u4", shape: [1], data: Uint32Array.of(2 ** 31) }],
      ]),
    ),
  );
  const values = [...(await readParameters(path)).values()].map(({ data }) => data[0]);
  expect(values).toEqual([1, Math.fround(0.1), -3, 2 ** 31]);
});

test("an ONNX model's weights are its float initializers, of every width", async () => {
  const half = new Uint8Array(Uint16Array.of(0x3c00, 0xc000).buffer);
  const model = weightsModel(
    { name: "raw", dataType: DataType.FLOAT, dims: [2, 1], rawData: float32Bytes(1.5, -2) },
    { name: "list", dataType: DataType.FLOAT, dims: [2], floatData: [0.5, -3] },
    { name: "double", dataType: DataType.DOUBLE, dims: [], doubleData: [0.1] },
    { name: "half", dataType: DataType.FLOAT16, dims: [2], rawData: half },
    { name: "halves", dataType: DataType.FLOAT16, dims: [2], int32Data: [0x3c00, 0xc000] },
    { name: "brain", dataType: DataType.BFLOAT16, dims: [1], int32Data: [0x3f80] },
    { name: "shape", dataType: DataType.INT64, dims: [2], int64Data: [1, -1] },
  );
  const tensors = await readParameters(file("widths.onnx", model));
  const read = [...tensors].map(([name, { shape, data }]) => [name, shape, [...data]]);
  expect(read).toEqual([
    ["raw", [2, 1], [1.5, -2]],
    ["list", [2], [0.5, -3]],
    ["double", [], [Math.fround(0.1)]],
    ["half", [2], [1, -2]],
    ["halves", [2], [1, -2]],
    ["brain", [1], [1]],
  ]);
  const twice = { name: "w", dataType: DataType.FLOAT, dims: [1], floatData: [1] };
  await expect(readParameters(file("twice.onnx", weightsModel(twice, twice)))).rejects.toThrow(
    'Two initializers are named "w"',
  );
});

const network = mlp({ input: [1, 2, 2], hidden: [3], classes: 2 });
const shapes = network.parameters.map(({ name, shape }) => [name, shape] as const);
const fitting = (changes: Readonly<Record<string, readonly number[] | undefined>>) =>
  new Map(
    Object.entries({ ...Object.fromEntries(shapes), ...changes }).flatMap(([name, shape]) =>
      shape ? [[name, { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }]] : [],
    ),
  );

test("tensors that fit are the network's parameters", () => {
  const parameters = fitParameters(network, fitting({}));
  expect([...parameters.keys()]).toEqual(shapes.map(([name]) => name));
  expect(namedTensors(network, parameters)).toEqual(fitting({}));
});

test("buffers belong to a network's weights, the counters of batch normalisations do not", () => {
  const [buffer] = [{ name: "norm.running_mean", shape: [2], init: { kind: "zeros" as const } }];
  const normalized = { ...network, buffers: [buffer] };
  const tensors = fitting({ "norm.running_mean": [2], "norm.num_batches_tracked": [] });
  const parameters = fitParameters(normalized, tensors);
  expect(parameters.get("norm.running_mean")).toEqual(new Float32Array(2));
  expect(parameters.has("norm.num_batches_tracked")).toBe(false);
  expect(() => fitParameters(normalized, fitting({}))).toThrow("norm.running_mean [2] is missing");
});

test("tensors that are missing, misshapen or too much are named together", () => {
  const tensors = fitting({ "fc1.weight": [4, 3], "fc2.bias": undefined, "fc3.bias": [9] });
  expect(() => fitParameters(network, tensors)).toThrow(
    "the weights do not fit mlp for 1x2x2 images and 2 logits: " +
      "fc1.weight is [4,3], expected [3,4]; fc2.bias [2] is missing; fc3.bias [9] is none of its parameters",
  );
  const many = fitting(Object.fromEntries([..."abcdefgh"].map((name) => [name, [1]])));
  expect(() => fitParameters(network, many)).toThrow(/e \[1\] is none of .*; and 3 more$/);
});

test("AlexNet has the names and shapes of torchvision's checkpoint", () => {
  const listed = alexnet().parameters.map(({ name, shape }) => `${name} ${shape.join("x")}`);
  expect(listed).toEqual([
    "features.0.weight 64x3x11x11",
    "features.0.bias 64",
    "features.3.weight 192x64x5x5",
    "features.3.bias 192",
    "features.6.weight 384x192x3x3",
    "features.6.bias 384",
    "features.8.weight 256x384x3x3",
    "features.8.bias 256",
    "features.10.weight 256x256x3x3",
    "features.10.bias 256",
    "classifier.1.weight 4096x9216",
    "classifier.1.bias 4096",
    "classifier.4.weight 4096x4096",
    "classifier.4.bias 4096",
    "classifier.6.weight 1000x4096",
    "classifier.6.bias 1000",
  ]);
});
