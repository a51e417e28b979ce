import { expect, test } from "vitest";
import { input } from "../../../src/ir/builders/index.ts";
import { evaluate } from "../../../src/ir/interpreter/index.ts";
import { type ImageShape, imageInput } from "../../../src/onnx/import/images.ts";
import { importModel } from "../../../src/onnx/import/importModel.ts";
import type { ModelFile } from "../../../src/onnx/modelFile.ts";
import { floats, modelOf } from "./modelOf.ts";

const file = modelOf({ nodes: [] });
const withInputs = (
  ...shapes: readonly (ModelFile["inputs"][number]["shape"] | undefined)[]
): ModelFile => ({
  ...file,
  inputs: shapes.map((shape, i) => ({ name: `x${i}`, type: "float", shape })),
});

test.each<[string, ModelFile["inputs"][number]["shape"], ImageShape | undefined, object]>([
  [
    "channels first",
    ["N", 3, 32, 24],
    undefined,
    { layout: "NCHW", shape: [3, 32, 24], fixedBatch: undefined },
  ],
  [
    "channels last",
    [1, 32, 24, 3],
    undefined,
    { layout: "NHWC", shape: [3, 32, 24], fixedBatch: 1 },
  ],
  ["free sizes", ["N", 3, "H", "W"], [3, 40, 48], { layout: "NCHW", shape: [3, 40, 48] }],
  ["flat images", [10, 784], [1, 28, 28], { layout: "flat", shape: [1, 28, 28], fixedBatch: 10 }],
])("%s are told", (_, shape, wanted, found) => {
  expect(imageInput(withInputs(shape), wanted)).toMatchObject(found);
});

test.each<[ModelFile, ImageShape | undefined, string]>([
  [withInputs(), undefined, "expected a single input that takes images, it has none"],
  [withInputs([1, 3, 8, 8], [1]), undefined, 'it has "x0", "x1": export the model with images'],
  [
    withInputs([1, 3, "H", "W"]),
    undefined,
    "leaves the size of the images open: say it with --input",
  ],
  [withInputs([1, 3, 8, 8]), [3, 9, 9], "it takes images of 3x8x8, not of 3x9x9"],
  [withInputs([1, 784]), undefined, "takes 784 numbers: say the shape of an image with --input"],
  [withInputs([1, 5, 5]), undefined, "has the shape [1,5,5]: expected images [N,C,H,W]"],
])("other inputs are refused with what is expected: %#", (model, wanted, reason) => {
  expect(() => imageInput(model, wanted)).toThrow(reason);
});

test("a model with channels last gets its pixels in its own order", () => {
  const model = importModel(
    modelOf({
      input: [1, 2, 2, 3],
      nodes: [
        { op: "Flatten", inputs: ["x"], outputs: ["f"] },
        { op: "MatMul", inputs: ["f", "w"] },
      ],
      // The only class counts the second pixel's blue, entry 1 * 3 + 2 of an image.
      tensors: [
        { ...floats("w", [12, 1]), data: Array.from({ length: 12 }, (_, i) => (i === 5 ? 1 : 0)) },
      ],
    }),
  );
  expect(model.images).toMatchObject({ layout: "NHWC", shape: [3, 2, 2] });
  const logits = model.forward([input("w", [12, 1])], [], input("pictures", [1, 3, 2, 2]));
  const feeds = new Map([
    ["w", model.parameters[0]!.data!],
    ["pictures", Float32Array.from({ length: 12 }, (_, i) => i)],
  ]);
  // Channel 2 of row 0, column 1 of [3,2,2].
  expect([...evaluate([logits], feeds)[0]!]).toEqual([9]);
});
