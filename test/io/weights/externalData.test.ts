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
  ["in the folder itself", { location: "." }],
])("weights %s are refused", async (_, place) => {
  await expect(read(place)).rejects.toThrow(
    `${model}: Its weights are in ${JSON.stringify(place.location)}, which leads out of the model's folder`,
  );
});

test.each([
  ["that is not there", { location: "other.bin" }, "which is not beside it"],
  ["that is too short", { location: "data/weights.bin", offset: "16" }, "bytes 16 to 24, 8 in all"],
  ["beyond 2^50", { location: "data/weights.bin", offset: `${2 ** 50}` }, "of a file that has 20"],
  ["that is a folder", { location: "data" }, "of a file that has 0"],
])("a file %s is refused", async (_, place, message) => {
  await expect(read(place)).rejects.toThrow(message);
});

test("a model cannot take more than its files have", async () => {
  const place = { location: "data/weights.bin" };
  await expect(read(place, place, place)).rejects.toThrow("24 in all, of a file that has 20");
});
