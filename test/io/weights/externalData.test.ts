import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readParameters } from "../../../src/io/weights/readParameters.ts";
import { external, float32Bytes, weightsModel } from "../../onnx/weightsModel.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";

const root = temporaryFolder();
const folder = join(root, "model");
const model = join(folder, "model.onnx");

beforeAll(() => {
  mkdirSync(join(folder, "data"), { recursive: true });
  writeFileSync(join(folder, "data", "weights.bin"), float32Bytes(1, 2, 3, 4, 5));
  writeFileSync(join(root, "secret"), float32Bytes(6, 7));
  symlinkSync(join(root, "secret"), join(folder, "link"));
});

/** The tensors of a model whose weights are at these places. */
async function read(...places: readonly Readonly<Record<string, string>>[]) {
  const tensors = places.map((place, i) => external(`w${i}`, [2], place));
  writeFileSync(model, weightsModel(...tensors));
  const read = await readParameters(model);
  return [...read.values()].map(({ data }) => [...data]);
}

test("weights in files beside the model are read", async () => {
  const location = "data/weights.bin";
  expect(await read({ location }, { location: `./${location}`, offset: "12" })).toEqual([
    [1, 2],
    [4, 5],
  ]);
});

test.each([
  ["above the folder", { location: "../secret" }],
  ["by an absolute path", { location: join(root, "secret") }],
  ["through a link", { location: "link" }],
  ["in a folder of a similar name", { location: "../model2/secret" }],
])("weights %s are refused", async (_, place) => {
  await expect(read(place)).rejects.toThrow(
    `${model}: a tensor lies outside the model's folder, in ${place.location}`,
  );
});

test.each([
  ["that is not there", { location: "other.bin" }, "the file other.bin beside it is missing"],
  ["that is a folder", { location: "data" }, "the file data beside it is missing"],
  ["that is too short", { location: "data/weights.bin", offset: "16" }, "lies at 16 to 24"],
  ["before its start", { location: "data/weights.bin", offset: "-8" }, "lies at -8 to 0"],
  ["beyond 2^60", { location: "data/weights.bin", offset: `${2 ** 60}` }, "has 20 bytes, but"],
  ["at no number", { location: "data/weights.bin", offset: "x" }, "lies at NaN to NaN"],
  ["without a name", {}, 'tensor "w0" lies in another file without a name'],
])("weights in a file %s are refused", async (_, place, message) => {
  await expect(read(place)).rejects.toThrow(message);
});

test("a model cannot take more than its files have", async () => {
  const place = { location: "data/weights.bin" };
  await expect(read(place, place, place)).rejects.toThrow(/has 20 bytes, .* and all take 24/);
});
