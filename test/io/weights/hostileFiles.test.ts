/** Changed files of weights end in an error of ours or in tensors, never in a crash or in absurd sizes. */
import { expect, test } from "vitest";
import { encodeNpy, type NpyArray } from "../../../src/formats/npy.ts";
import { encodeZip } from "../../../src/formats/zipWrite.ts";
import { decodeParameters } from "../../../src/io/weights/decodeParameters.ts";
import type { NamedTensors } from "../../../src/io/weights/namedTensors.ts";
import { encodeNamedTensors } from "../../../src/io/weights/writeParameters.ts";
import { expectCleanErrors } from "../../formats/mutations.ts";
import { pickle } from "../../formats/pickleBytes.ts";
import { DataType, external, float32Bytes, weightsModel } from "../../onnx/weightsModel.ts";
import { parameter, tensor, torchArchive, wholeTensor } from "./torchArchive.ts";

/** Far above what these files of a few hundred bytes hold, far below what hurts. */
const MOST_BYTES = 2 ** 25;

const tensors: NamedTensors = new Map([
  ["fc1.weight", { shape: [2, 3], data: Float32Array.of(1, -2, 3, 4, 5, 1e30) }],
  ["fc1.bias", { shape: [2], data: Float32Array.of(0.1, 2) }],
]);

/** Decodes under the name, and looks at every number. */
const decode = (name: string) => async (bytes: Uint8Array) => {
  let total = 0;
  for (const [tensor, { shape, data }] of await decodeParameters(bytes, name)) {
    expect(data.length, tensor).toBe(shape.reduce((product, length) => product * length, 1));
    total += data.byteLength;
  }
  expect(total).toBeLessThan(MOST_BYTES);
};

test("safetensors", async () => {
  const bytes = encodeNamedTensors("w.safetensors", tensors);
  await expectCleanErrors(bytes, decode("w.safetensors"));
});

test("a .npz archive", async () => {
  await expectCleanErrors(encodeNamedTensors("w.npz", tensors), decode("w.npz"));
});

test("an array inside a .npz archive that is whole", async () => {
  const array: NpyArray = { dtype: "f4", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
  await expectCleanErrors(encodeNpy(array), (bytes) =>
    decode("w.npz")(encodeZip(new Map([["w.npy", bytes]]))),
  );
});

test("an ONNX model", async () => {
  const model = weightsModel(
    { name: "w", dataType: DataType.FLOAT, dims: [2], rawData: float32Bytes(1, 2) },
    { name: "h", dataType: DataType.FLOAT16, dims: [2], int32Data: [0x3c00, 0xc000] },
    external("e", [2], { location: "../e.data" }),
  );
  await expectCleanErrors(model, decode("w.onnx"));
  await expectCleanErrors(encodeNamedTensors("w.onnx", tensors), decode("w.onnx"));
});

const six = { type: "FloatStorage", key: "0", count: 6 };
const checkpoint = new Map<string, unknown>([
  ["epoch", 3],
  [
    "state_dict",
    new Map([
      ["turned", parameter(tensor(six, 0, [3, 2], [1, 3]))],
      ["steps", wholeTensor("LongStorage", "1", [])],
    ]),
  ],
]);
const storages = { 0: new Float32Array(6), 1: new BigInt64Array(1) };

test("a PyTorch archive", async () => {
  const bytes = torchArchive(checkpoint, { storages, byteOrder: "little" });
  await expectCleanErrors(bytes, decode("w.pth"));
});

test("the pickle of a PyTorch archive that is whole", async () => {
  await expectCleanErrors(pickle(checkpoint), (bytes) =>
    decode("w.pth")(torchArchive(bytes, { storages })),
  );
});
